// lift: a card of a board picked up by keys. Space picks the focused card up, the arrows carry it, Space or Enter puts it
// down, Escape leaves it where it was; what happens is said. The words stand at the element [data-lift-says].
import { follow } from "./board.js";
import { aim, drop, newGap, open } from "./drag.js";
import { isTyping, keysAreOn } from "./typing.js";

export default function lift(board) {
  const gap = newGap();
  let card = null;
  let stage = null;
  const others = () => [...stage.querySelectorAll(".card")].filter((one) => one !== card);
  const place = () => others().filter((one) => one.compareDocumentPosition(gap) & Node.DOCUMENT_POSITION_FOLLOWING).length;

  function say(name) {
    const voice = document.querySelector("[data-lift-says]");
    if (!voice) return;
    const words = { name: card.querySelector(".name").textContent, stage: stage.querySelector("h2").firstChild.textContent.trim(), place: place() + 1, of: others().length + 1 };
    voice.textContent = voice.dataset[name].replace(/\{(\w+)\}/g, (_all, word) => words[word]);
  }

  function down(isDropped) {
    if (isDropped) {
      follow(card);
      drop(card, stage, gap);
    }
    say(isDropped ? "dropped" : "left");
    card.classList.remove("is-lifted");
    delete document.body.dataset.dragging;
    aim(board, null);
    gap.remove();
    card = null;
  }

  function carry(key) {
    const at = place();
    if (key === "ArrowUp" || key === "ArrowDown") {
      const to = at + (key === "ArrowDown" ? 1 : -1);
      if (to < 0 || to > others().length) return;
      open(board, stage, gap, others()[to]);
    } else {
      const stages = [...board.querySelectorAll(".stage")];
      const next = stages[stages.indexOf(stage) + (key === "ArrowRight" ? 1 : -1)];
      if (!next) return;
      stage = next;
      open(board, stage, gap, others()[Math.min(at, others().length)]);
    }
    gap.scrollIntoView({ block: "nearest", inline: "nearest" });
    say("carried");
  }

  board.addEventListener("keydown", (event) => {
    if (!keysAreOn() || isTyping(event)) return;
    const focused = event.target.closest?.(".card[data-move]");
    if (!card && event.key === " " && focused && event.target.matches(".name")) {
      card = focused;
      stage = card.closest(".stage");
      gap.textContent = card.querySelector(".name").textContent;
      card.classList.add("is-lifted");
      open(board, stage, gap, card.nextElementSibling?.matches(".card") ? card.nextElementSibling : undefined);
      say("lifted");
    } else if (card && event.key.startsWith("Arrow")) carry(event.key);
    else if (card && [" ", "Enter", "Escape"].includes(event.key)) down(event.key !== "Escape");
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  board.addEventListener("focusout", (event) => {
    if (card && !card.contains(event.relatedTarget) && card.isConnected) down(false);
  });
}
