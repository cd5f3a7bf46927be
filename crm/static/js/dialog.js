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

document.addEventListener("htmx:after:request", (event) => {
  const ctx = event.detail.ctx;
  const dialog = document.getElementById("dialog");
  const isTaken = ctx?.response?.raw?.ok && ctx.request?.method !== "GET";
  if (dialog?.open && isTaken && dialog.contains(ctx.sourceElement)) dialog.close();
});

// dialog: a press beside it closes it, as everywhere.
export default function dialog(element) {
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  element.addEventListener("close", () => document.getElementById("dialog-body")?.replaceChildren());
}
