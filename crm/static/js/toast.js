// toast: a message leaves after ten seconds, but not while it is pointed at or holds the focus.
const STAY = 10_000;

export default function toast(place) {
  let timer = 0;
  const held = () => place.matches(":hover") || place.contains(document.activeElement);
  const leave = () => {
    if (held()) return wait();
    place.replaceChildren();
    return undefined;
  };
  const wait = () => {
    clearTimeout(timer);
    if (place.firstElementChild) timer = setTimeout(leave, STAY);
  };
  new MutationObserver(wait).observe(place, { childList: true });
  wait();
}
