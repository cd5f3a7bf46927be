// A form that was taken shows what the server drew, not what was typed: morphing leaves typed text standing.
// Only forms inside the answer are reset, and those that ask for it with data-clear: their answer is a part of them.
document.addEventListener("htmx:after:swap", (event) => {
  const { sourceElement, target, request, response } = event.detail.ctx ?? {};
  const form = sourceElement?.closest?.("form");
  if (!form?.isConnected || request?.method?.toUpperCase() === "GET" || !response?.raw?.ok) return;
  const id = target?.id ?? target?.slice?.(1); // a selector where the answer named another place
  const place = id ? document.getElementById(id) : null;
  const isCleared = form.hasAttribute("data-clear") && sourceElement === form; // not by what its fields send
  if (isCleared || place?.contains(form)) form.reset();
});
