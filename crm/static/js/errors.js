// focus: a summary of errors takes the focus when it appears, so that it is read and its links are next.
export default function focus(element) {
  element.focus();
}
