// Whether keys belong to the text being written, or to nobody because a modifier is held.
export function isTyping(event) {
  const at = event.target;
  return (
    event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey ||
    at.isContentEditable || at.matches?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, .composer input") ||
    Boolean(at.closest?.("dialog[open] :not(a, button)"))
  );
}

export const keysAreOn = () => document.body.dataset.keys !== "off";
