// After a swap the focus goes to the refusal, to what asks for it, or to what was changed, if it was lost.
document.addEventListener("htmx:after:swap", (event) => {
  const at = document.activeElement;
  if (at && at !== document.body) return;
  const target = event.detail.ctx?.target;
  const place = target?.id ? document.getElementById(target.id) : null;
  if (!place || place.contains(at)) return;
  const goal = place.querySelector(".errors, [aria-invalid=true], [autofocus]") ?? place;
  if (!goal.matches("a, button, input, select, textarea, [tabindex]")) goal.setAttribute("tabindex", "-1");
  goal.focus({ preventScroll: goal === place });
});
