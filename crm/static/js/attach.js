// attach: files pasted into or dropped on a note go into its file field; without script one chooses them.
function add(field, files) {
  const all = new DataTransfer();
  for (const file of [...field.files, ...files]) all.items.add(file);
  field.files = all.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export default function attach(form) {
  const field = form.querySelector("input[type=file]");
  if (!field) return;
  form.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // Text copied from an office program comes with a picture of itself: then the text is meant.
    if (!files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    add(field, files);
  });
  form.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  form.addEventListener("drop", (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    add(field, files);
  });
}
