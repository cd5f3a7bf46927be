// What a field of a form says, whatever kind it is, and putting it there.
const isTick = (field) => field.type === "checkbox" || field.type === "radio";

export function value(field) {
  if (isTick(field)) return field.checked;
  return field.multiple && field.options ? [...field.selectedOptions].map((one) => one.value) : field.value;
}

export function put(field, typed) {
  if (isTick(field)) field.checked = typed;
  else if (Array.isArray(typed)) for (const one of field.options) one.selected = typed.includes(one.value);
  else field.value = typed;
}
