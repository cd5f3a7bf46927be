// carry: cards of a board carried by a finger. Held for a moment, a card comes off; a gap shows where it would fall, and
// at its edges the board goes along. A finger that moves at once scrolls as ever. Works with drag.js and its move form.
import { aim, drop, newGap, point } from "./drag.js";

const HOLD = 350; // ms until a held card comes off
const SLIP = 10; // px that a finger may tremble
const EDGE = 40; // px from the side where the board goes along
const STEP = 700; // ms for each column it goes

export default function carry(board) {
  const gap = newGap();
  let hand = null;

  function lift() {
    hand.isLifted = true;
    hand.card.classList.add("is-lifted");
    document.body.dataset.dragging = "card";
    gap.textContent = hand.card.querySelector(".name").textContent;
    over(hand.x, hand.y);
  }

  function over(x, y) {
    Object.assign(hand, { x, y });
    const there = document.elementFromPoint(Math.min(Math.max(x, EDGE), window.innerWidth - EDGE), y);
    hand.bar = there?.closest("[data-drop]") ?? null;
    hand.stage = there?.closest(".stage[data-stage]") ?? null;
    if (hand.stage) point(board, hand.stage, gap, y);
    const way = x < EDGE ? -1 : x > window.innerWidth - EDGE ? 1 : 0;
    if (way === hand.way) return;
    clearInterval(hand.going);
    hand.way = way;
    if (way) hand.going = setInterval(() => along(way), STEP);
  }

  function along(way) {
    board.scrollBy({ left: way * board.querySelector(".stage").offsetWidth });
    setTimeout(() => hand && over(hand.x, hand.y), STEP / 2);
  }

  function letGo() {
    clearTimeout(hand?.timer);
    clearInterval(hand?.going);
    hand?.card.classList.remove("is-lifted");
    if (hand?.isLifted) delete document.body.dataset.dragging;
    aim(board, null);
    gap.remove();
    hand = null;
  }

  board.addEventListener("touchstart", (event) => {
    if (hand) letGo();
    const card = event.target.closest?.(".card[data-move]");
    if (!card || event.touches.length > 1) return;
    const { clientX: x, clientY: y } = event.touches[0];
    hand = { card, x, y, timer: setTimeout(lift, HOLD) };
  }, { passive: true });

  board.addEventListener("touchmove", (event) => {
    if (!hand) return;
    const { clientX: x, clientY: y } = event.touches[0];
    if (!hand.isLifted) {
      if (Math.hypot(x - hand.x, y - hand.y) > SLIP) letGo();
      return;
    }
    event.preventDefault();
    over(x, y);
  }, { passive: false });

  board.addEventListener("touchend", (event) => {
    if (!hand?.isLifted) return hand ? letGo() : undefined;
    event.preventDefault();
    const { card, stage, bar } = hand;
    if (bar) location.assign(bar.dataset.drop.replace("{id}", card.dataset.id));
    else if (stage && gap.isConnected) drop(card, stage, gap);
    return letGo();
  }, { passive: false });

  board.addEventListener("touchcancel", letGo);
  // The browser's own drag and menu of a long press would take the card out of the hand.
  for (const name of ["dragstart", "contextmenu"]) {
    board.addEventListener(name, (event) => hand && event.preventDefault(), true);
  }
}
