// savekey: Ctrl Enter sends the form, Escape follows its Cancel link.
export default function savekey(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape") {
      form.querySelector("[data-cancel]")?.click();
    }
  });
}
