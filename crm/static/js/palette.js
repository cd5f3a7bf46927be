// palette: in the search box the arrows go to the results and back, Enter opens the first one, Escape leaves at once.
export default function palette(place) {
  const box = () => place.querySelector("input[type=search]");
  const hits = () => [...place.querySelectorAll(".row .name")];

  place.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = hits().indexOf(document.activeElement);
    if (event.key === "Escape") {
      // A search box would only empty itself.
      event.preventDefault();
      place.closest("dialog")?.close();
    } else if (step) {
      event.preventDefault();
      (hits()[at + step] ?? (step < 0 ? box() : null))?.focus();
    } else if (event.key === "Enter" && event.target === box() && hits()[0]) {
      event.preventDefault();
      hits()[0].click();
    }
  });
}
