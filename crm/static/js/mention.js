// mention: while @name is written, the colleagues who fit stand below; arrows choose, Enter names, Escape closes.
// The list comes by htmx once it is wanted; without script one writes the name out.
const BEFORE = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_'’.-]*(?: [\p{L}\p{N}_'’.-]*)?)$/u;
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export default function mention(field) {
  const list = () => document.getElementById(field.getAttribute("aria-controls"));
  const state = () => document.getElementById(`${list().id}-state`);
  const shown = () => [...list().children].filter((one) => !one.hidden);
  let at = 0;
  let isOpen = false; // shown, or asked for: an answer of the server then shows it anew

  const typed = () => {
    const found = BEFORE.exec(field.value.slice(0, field.selectionStart));
    return found && field.selectionStart === field.selectionEnd ? found[1] : null;
  };

  function close() {
    isOpen = false;
    list().hidden = true;
    state().textContent = "";
    field.removeAttribute("aria-activedescendant");
  }

  function mark(step) {
    const all = shown();
    at = (at + step + all.length) % all.length;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    all[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", all[at].id);
  }

  function look() {
    const name = typed();
    if (name === null || !document.activeElement?.isSameNode(field)) return close();
    const box = list();
    isOpen = true;
    if (!box.children.length) return box.dispatchEvent(new Event("wanted"));
    for (const one of box.children) {
      const said = fold(one.dataset.name);
      one.hidden = !` ${said}`.includes(` ${fold(name)}`) || said === fold(name);
    }
    const count = shown().length;
    if (!count) return close();
    box.hidden = false;
    state().textContent = box.dataset.words.replace("#", count);
    at = 0;
    mark(0);
  }

  function name(one) {
    const end = field.selectionStart;
    field.setRangeText(`${one.dataset.name} `, end - typed().length, end, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  field.addEventListener("input", look);
  field.addEventListener("click", look);
  field.addEventListener("blur", close);
  document.addEventListener("htmx:after:swap", () => isOpen && field.isConnected && list()?.children.length && look());
  field.addEventListener("keydown", (event) => {
    if (list().hidden && event.key === "Escape") isOpen = false;
    if (list().hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(step);
    else if (event.key === "Escape") close();
    else if (["Enter", "Tab"].includes(event.key) && !event.ctrlKey && !event.metaKey && !event.shiftKey) name(shown()[at]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  // The list keeps the caret where it is; its lines may be new by the time they are pressed.
  document.addEventListener("pointerdown", (event) => {
    const one = event.target.closest?.("[role=option]");
    if (!one || !field.isConnected || one.parentElement !== list()) return;
    event.preventDefault();
    name(one);
  });
}
