// Digits choose the answer with that number; nothing is sent by choosing.
document.addEventListener("keydown", (event) => {
  if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  const choice = document.querySelectorAll(".quiz-choice input")[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.focus();
  choice.click();
});
