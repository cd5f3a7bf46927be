// list: j and k (or the arrows on a board) move the current row, Enter opens it, x and s press its acts, Space chooses it, a all of the page.
import { isTyping, keysAreOn } from "./typing.js";

const ROWS = ".row, tbody > tr";

export default function list(place) {
  const rows = () => [...place.querySelectorAll(ROWS)].filter((row) => row.id);
  const current = () => rows().find((row) => row.classList.contains("is-current"));

  function move(step) {
    const all = rows();
    const from = all.indexOf(current());
    const next = all[Math.max(0, Math.min(all.length - 1, from + step))];
    if (!next) return;
    current()?.classList.remove("is-current");
    next.classList.add("is-current");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector(".name")?.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (!place.isConnected || !keysAreOn() || isTyping(event) || event.defaultPrevented) return;
    const row = current();
    const act = row?.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === " " && row?.querySelector("input[name=id]")) row.querySelector("input[name=id]").click();
    else if (act) act.click();
    else if (event.key === "a" && place.querySelector("[data-all]")) place.querySelector("[data-all]").click();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
}
