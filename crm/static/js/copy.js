// copy: a button that puts the text of data-copy, or of the field named in data-copy-from, on the clipboard.
export default function copy(button) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copyFrom ?? "");
    await navigator.clipboard.writeText(button.dataset.copy ?? field?.value ?? "");
    const word = button.textContent;
    button.textContent = button.dataset.copied ?? word;
    setTimeout(() => { button.textContent = word; }, 2000);
  });
}
