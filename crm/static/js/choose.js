// Digits choose the answer with that number. A question with one choice goes on by itself only after a click with
// the pointer (data-advance on the form): keys and readers move through radios and must not be sent away.
let going = 0;

document.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  const choice = document.querySelectorAll(".quiz-choice input")[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  choice.click();
});

document.addEventListener("click", (event) => {
  const choice = event.target.closest?.(".quiz-choice");
  const radio = choice?.querySelector("input[type=radio]");
  const form = radio?.form;
  // A click made by keys has detail 0. A label passes its click on to its input: the later one counts.
  if (!form?.hasAttribute("data-advance") || event.detail === 0) return;
  clearTimeout(going);
  going = setTimeout(() => { if (radio.checked) form.requestSubmit(); }, 250);
});
