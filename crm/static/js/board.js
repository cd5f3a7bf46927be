// board: the arrows go from card to card, [ and ] send the card to the stage before or after, other keys press its acts.
// Works with the move form of drag.js; the toast says where the card went, and the focus goes with it.
import { send } from "./drag.js";
import { isTyping, keysAreOn } from "./typing.js";

let moved = "";

document.addEventListener("htmx:finally:request", () => {
  if (moved) document.getElementById(moved)?.querySelector(".name")?.focus();
  moved = "";
});

// The focus goes along with this card once it is where it was sent.
export function follow(card) {
  moved = card.id;
}

export default function board(place) {
  const stages = () => [...place.querySelectorAll(".stage")];
  const cards = (stage) => [...(stage?.querySelectorAll(".card") ?? [])];

  function focus(card) {
    card?.querySelector(".name")?.focus();
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function walk(key, card, stage) {
    const row = cards(stage).indexOf(card);
    const down = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (down) return focus(cards(stage)[row + down]);
    const across = { ArrowRight: 1, ArrowLeft: -1 }[key];
    let next = stages().indexOf(stage) + across;
    while (stages()[next] && !cards(stages()[next]).length) next += across;
    const there = cards(stages()[next]);
    return focus(there[Math.min(row, there.length - 1)]);
  }

  place.addEventListener("keydown", (event) => {
    const card = event.target.closest?.(".card");
    if (!card || !keysAreOn() || isTyping(event)) return;
    const stage = card.closest(".stage");
    const to = stages()[stages().indexOf(stage) + ({ "]": 1, "[": -1 }[event.key] ?? 0)];
    const act = card.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
    if (event.key.startsWith("Arrow")) walk(event.key, card, stage);
    else if (to && to !== stage && card.dataset.move) {
      follow(card);
      send(card, to.dataset.stage);
    }
    else if (act) act.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
