// After a swap the focus goes to the refusal, to what asks for it, or to what was changed, if it was lost.
document.addEventListener("htmx:after:swap", (event) => {
  const at = document.activeElement;
  if (at && at !== document.body && !at.matches("main")) return; // a click beside all controls focuses main
  const target = event.detail.ctx?.target;
  const place = target?.id ? document.getElementById(target.id) : null;
  if (!place || place.contains(at) || place.matches("[role=status]")) return;
  const goal = place.querySelector(".errors, [aria-invalid=true], [autofocus]") ?? first(place) ?? place;
  if (!goal.matches("a, button, input, select, textarea, [tabindex]")) goal.setAttribute("tabindex", "-1");
  goal.focus({ preventScroll: goal === place });
});

// Who opens a panel of the composer, by its key or its tab, goes on to type into it.
function first(place) {
  return place.matches(".composer") ? place.querySelector("textarea, select, input:not([type=hidden])") : null;
}
