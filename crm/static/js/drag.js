// drag: cards of a board carried with the pointer. Dropping fills and sends the board's own move form;
// the Move link of each card and the keys [ and ] do the same without a pointer.
// <div class="board" data-behaviour="drag"> .stage[data-stage] .card[draggable=true][data-move="/deals/7/stage"]
// <form data-move-form method="post"> with the fields stage_id and after_id. A .dropbar part has data-open="/deals/{id}/closure".
export default function drag(board) {
  const form = document.querySelector("[data-move-form]");
  let card = null;
  const gap = Object.assign(document.createElement("li"), { className: "card-gap" });

  board.addEventListener("dragstart", (event) => {
    card = event.target.closest?.(".card[data-move]");
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
    const below = [...stage.querySelectorAll(".card:not(.is-lifted)")].find((other) => {
      const box = other.getBoundingClientRect();
      return event.clientY < box.top + box.height / 2;
    });
    stage.querySelector(".cards").insertBefore(gap, below ?? stage.querySelector(".cards > :not(.card, .card-gap)"));
  });

  board.addEventListener("drop", (event) => {
    const stage = event.target.closest(".stage[data-stage]");
    if (!card || !stage || !form) return;
    event.preventDefault();
    const before = gap.previousElementSibling;
    form.elements.stage_id.value = stage.dataset.stage;
    if (form.elements.after_id) form.elements.after_id.value = before?.dataset.id ?? "";
    card.classList.add("is-busy");
    send(form, card.dataset.move);
  });

  document.addEventListener("dragend", () => {
    card?.classList.remove("is-lifted");
    gap.remove();
    card = null;
    delete document.body.dataset.dragging;
  });
}

function send(form, url) {
  form.setAttribute("action", url);
  if (form.hasAttribute("hx-post")) {
    form.setAttribute("hx-post", url);
    window.htmx?.process(form, true);
  }
  form.requestSubmit();
}
