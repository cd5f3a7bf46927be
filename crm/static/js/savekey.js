// savekey: Ctrl Enter sends the form, Escape follows its Cancel link. In a cell of a list, Enter on a
// choice does too, as it does in a text; a choice that is open takes the key for itself.
const isOpen = (choice) => CSS.supports("selector(:open)") && choice.matches(":open");

export default function savekey(form) {
  // A cell of a wide list may stand half out of sight when it opens.
  if (form.matches(".cell-form")) form.scrollIntoView({ block: "nearest", inline: "nearest" });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Enter" && event.target.matches(".cell-form select") && !isOpen(event.target)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      form.querySelector("[data-cancel]")?.click();
    }
  });
}
