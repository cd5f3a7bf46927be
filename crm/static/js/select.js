// select: rows of a form chosen by checkbox; the head's box takes all, Shift takes a range, #bulk shows when any is on.
export default function select(form) {
  const boxes = () => [...form.querySelectorAll('tbody input[type="checkbox"][name="id"]')];
  let last = null;

  function show() {
    const chosen = boxes().filter((box) => box.checked);
    for (const box of boxes()) box.closest("tr")?.classList.toggle("is-selected", box.checked);
    for (const place of form.querySelectorAll("[data-chosen]")) place.textContent = chosen.length;
    const bar = form.querySelector("[data-bulk]");
    if (bar) bar.hidden = chosen.length === 0;
  }

  form.addEventListener("click", (event) => {
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
