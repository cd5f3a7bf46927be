// sort: Alt Up and Alt Down press the row's own up and down buttons (data-up, data-down), so order never needs a pointer.
export default function sort(list) {
  list.addEventListener("keydown", (event) => {
    const way = { ArrowUp: "[data-up]", ArrowDown: "[data-down]" }[event.key];
    const button = event.altKey && way ? event.target.closest("li, tr")?.querySelector(way) : null;
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
