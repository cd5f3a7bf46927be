// Marks what waits for an answer: the button pressed and the region that will change. CSS shows it after 300 ms.
const waiting = new WeakMap();

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const pressed = ctx.sourceEvent?.submitter ?? ctx.sourceElement?.closest?.("button");
  const marked = [pressed, ctx.target].filter((one) => one?.setAttribute && one !== document.body);
  for (const one of marked) one.setAttribute("aria-busy", "true");
  waiting.set(ctx, marked);
});

document.addEventListener("htmx:finally:request", (event) => {
  for (const one of waiting.get(event.detail.ctx) ?? []) one.removeAttribute("aria-busy");
});

// Without an answer nothing is lost, but it must be said.
document.addEventListener("htmx:error", () => {
  const place = document.getElementById("toast");
  const text = document.body.dataset.offline;
  if (!place || !text || navigator.onLine) return;
  const toast = document.createElement("div");
  toast.className = "toast bad";
  toast.textContent = text;
  place.replaceChildren(toast);
});
