// widths: the edge of a head is dragged, or Shift and the arrow keys pressed on the head's link; the address of the list keeps it.
// The same is chosen by words under Columns. A double click gives a column the width it needs.
const STEPS = [6, 8, 10, 12, 16, 20, 24, 32];

export default function widths(place) {
  const width = (head) => STEPS.find((step) => head.classList.contains(`w-${step}`)) || 0;
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
  const nearest = (size) => STEPS.reduce((best, step) => (Math.abs(step - size) < Math.abs(best - size) ? step : best));
  let waiting;

  function set(head, step) {
    head.classList.remove(...STEPS.map((one) => `w-${one}`));
    if (step) head.classList.add(`w-${step}`);
  }

  function keep() {
    const form = document.querySelector("[data-widths-form]");
    const heads = [...place.querySelectorAll("th[data-column]")];
    form.elements.widths.value = heads.filter(width).map((head) => `${head.dataset.column}:${width(head)}`).join(",");
    form.requestSubmit();
  }

  place.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button) return;
    const head = grip.closest("th");
    const from = { x: event.clientX, size: head.getBoundingClientRect().width, step: width(head) };
    const side = getComputedStyle(head).direction === "rtl" ? -1 : 1;
    const move = (moved) => {
      const way = (moved.clientX - from.x) * side;
      if (Math.abs(way) > 3) set(head, nearest((from.size + way) / rem()));
    };
    grip.setPointerCapture(event.pointerId);
    grip.classList.add("is-held");
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", () => {
      grip.removeEventListener("pointermove", move);
      grip.classList.remove("is-held");
      if (width(head) !== from.step) keep();
    }, { once: true });
    event.preventDefault();
  });

  place.addEventListener("dblclick", (event) => {
    const head = event.target.closest(".grip")?.closest("th");
    if (!head || !width(head)) return;
    set(head, 0);
    keep();
  });

  place.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const head = event.shiftKey && way ? event.target.closest("th[data-column]") : null;
    if (!head) return;
    event.preventDefault();
    const at = STEPS.indexOf(width(head) || nearest(head.getBoundingClientRect().width / rem()));
    set(head, STEPS[Math.max(0, Math.min(STEPS.length - 1, at + way))]);
    clearTimeout(waiting);
    waiting = setTimeout(keep, 500);
  });
}
