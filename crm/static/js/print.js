// print: a button that opens the browser's print window. It shows only where script runs.
export default function print(button) {
  button.addEventListener("click", () => window.print());
}
