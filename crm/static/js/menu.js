// menu: arrow keys in an open list of acts, and its place where the browser knows no anchors.
export default function menu(list) {
  const acts = () => [...list.querySelectorAll("a, button:not(:disabled)")];

  list.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    if (!CSS.supports("position-area", "block-end")) place(list);
    acts()[0]?.focus();
  });

  list.addEventListener("keydown", (event) => {
    const all = acts();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  });
}

function place(list) {
  const opener = document.querySelector(`[popovertarget="${CSS.escape(list.id)}"]`);
  if (!opener) return;
  const at = opener.getBoundingClientRect();
  list.style.top = `${Math.min(at.bottom + 4, innerHeight - list.offsetHeight - 8)}px`;
  list.style.left = `${Math.max(8, Math.min(at.left, innerWidth - list.offsetWidth - 8))}px`;
}
