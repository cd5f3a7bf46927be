// Marks what waits for an answer: the button pressed and the region that will change. CSS shows it after 300 ms.
function mark(event, busy) {
  const { ctx } = event.detail;
  const button = ctx?.sourceEvent?.submitter ?? (ctx?.sourceElement?.matches?.("button") ? ctx.sourceElement : null);
  for (const element of [button, ctx?.target]) {
    if (!element?.setAttribute || element === document.body) continue;
    if (busy) element.setAttribute("aria-busy", "true");
    else element.removeAttribute("aria-busy");
  }
}

document.addEventListener("htmx:before:request", (event) => mark(event, true));
document.addEventListener("htmx:finally:request", (event) => mark(event, false));

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
