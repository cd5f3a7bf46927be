// drag: cards of a board carried with the pointer. A drop fills and sends the board's own move form, so the server
// decides; the Move link of each card and board.js do the same without a pointer. The board writes:
// <div class="board" id="board" data-behaviour="drag board"> … <section class="stage" data-stage="3"> … <ol class="cards">
// <li class="card" id="deal-7" data-id="7" draggable="true" data-move="/deals/7/stage">, and once on the page
// <form data-move-form method="post" hx-post hx-target="#board"> with the fields stage_id, after_id and from_id.
// A part of .dropbar has data-drop="/deals/{id}/closure" and opens that page.
// carry.js carries them with a finger, lift.js by keys; they share what stands below.
export default function drag(board) {
  const gap = newGap();
  let card = null;

  board.addEventListener("dragstart", (event) => {
    card = event.target.closest?.(".card[data-move]") ?? null;
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.move);
    requestAnimationFrame(() => card?.classList.add("is-lifted"));
    document.body.dataset.dragging = "card";
  });

  board.addEventListener("dragover", (event) => {
    const stage = event.target.closest(".stage[data-stage]");
    if (!card || !stage) return;
    event.preventDefault();
    point(board, stage, gap, event.clientY);
  });

  board.addEventListener("drop", (event) => {
    const stage = event.target.closest(".stage[data-stage]");
    if (!card || !stage) return;
    event.preventDefault();
    drop(card, stage, gap);
  });

  for (const place of document.querySelectorAll(".dropbar [data-drop]")) {
    place.addEventListener("dragover", (event) => card && event.preventDefault());
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      if (card) location.assign(place.dataset.drop.replace("{id}", card.dataset.id));
    });
  }

  document.addEventListener("dragend", () => {
    card?.classList.remove("is-lifted");
    aim(board, null);
    gap.remove();
    card = null;
    delete document.body.dataset.dragging;
  });
}

export function newGap() {
  return Object.assign(document.createElement("li"), { className: "card-gap" });
}

// Which stage is meant by what is in the hand.
export function aim(board, stage) {
  for (const one of board.querySelectorAll(".stage")) one.classList.toggle("is-target", one === stage);
}

// The gap opens in a stage at this height.
export function point(board, stage, gap, y) {
  const below = [...stage.querySelectorAll(".card:not(.is-lifted)")].find((other) => {
    const box = other.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  open(board, stage, gap, below);
}

// The gap opens before a card of a stage, behind the last one without.
export function open(board, stage, gap, below) {
  aim(board, stage);
  const list = stage.querySelector(".cards");
  list.insertBefore(gap, below ?? list.querySelector(":scope > :not(.card, .card-gap)"));
}

// Put the card where the gap is.
export function drop(card, stage, gap) {
  let before = gap.previousElementSibling;
  if (before === card) before = before.previousElementSibling;
  send(card, stage.dataset.stage, before?.dataset.id);
}

export function send(card, stage, after = "") {
  const form = document.querySelector("[data-move-form]");
  if (!form) return;
  form.elements.stage_id.value = stage;
  if (form.elements.after_id) form.elements.after_id.value = after;
  if (form.elements.from_id) form.elements.from_id.value = card.closest("[data-stage]")?.dataset.stage ?? "";
  form.setAttribute("action", card.dataset.move);
  if (form.hasAttribute("hx-post")) {
    form.setAttribute("hx-post", card.dataset.move);
    window.htmx.process(form, true);
  }
  card.classList.add("is-busy");
  form.requestSubmit();
}
