// select: rows chosen by checkbox; the bar's first box takes the page, Shift a range, another all that match; the bar shows when any is on.
export default function select(place) {
  const boxes = () => [...place.querySelectorAll('input[type="checkbox"][name="id"]')];
  const bar = place.querySelector("[data-bulk]");
  let last = null;

  function show() {
    const all = boxes();
    const chosen = all.filter((box) => box.checked);
    for (const box of all) box.closest("tr, .row")?.classList.toggle("is-selected", box.checked);
    for (const spot of place.querySelectorAll("[data-chosen]")) spot.textContent = chosen.length;
    const head = place.querySelector("[data-all]");
    if (head) head.checked = all.length > 0 && chosen.length === all.length;
    bar?.classList.toggle("is-on", chosen.length > 0 || Boolean(place.querySelector("[data-every]")?.checked));
  }

  place.addEventListener("click", (event) => {
    const box = event.target.closest('input[type="checkbox"]');
    if (!box) return;
    const all = boxes();
    if (box.hasAttribute("data-all")) for (const one of all) one.checked = box.checked;
    else if (event.shiftKey && last) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(Math.max(from, 0), to + 1)) one.checked = box.checked;
    }
    last = all.includes(box) ? box : last;
    show();
  });
  show();
}
