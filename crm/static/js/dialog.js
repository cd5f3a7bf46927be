// The one dialog of the shell: opens when htmx has filled #dialog-body, closes when its form was taken.
document.addEventListener("htmx:after:swap", (event) => {
  const ctx = event.detail.ctx;
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  if (!dialog || ctx?.target?.id !== "dialog-body") return;
  if (!body.firstElementChild) {
    // The page has no part for the dialog: open it as a page.
    location.assign(ctx.sourceElement.href ?? ctx.request.action);
    return;
  }
  document.getElementById("dialog-title").textContent = ctx.sourceElement?.dataset.dialogTitle ?? "";
  if (!dialog.open) dialog.showModal();
  (body.querySelector("[autofocus]") ?? body.querySelector("input:not([type=hidden]), select, textarea, button"))?.focus();
});

// Closed only when all of the answer is in its place: what stands in the dialog may be the target.
const within = new WeakSet();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const isPost = ctx.request?.method?.toUpperCase() !== "GET";
  if (isPost && document.getElementById("dialog")?.contains(ctx.sourceElement)) within.add(ctx);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (within.has(ctx) && ctx.response?.raw?.ok) document.getElementById("dialog").close();
});

// dialog: Close, a Cancel link inside and a press beside it close it, as everywhere.
export default function dialog(element) {
  element.addEventListener("click", (event) => {
    const leaves = event.target.closest("[data-close], [data-cancel]");
    if (!leaves && event.target !== element) return;
    event.preventDefault();
    element.close();
  });
  element.addEventListener("close", () => document.getElementById("dialog-body")?.replaceChildren());
}
