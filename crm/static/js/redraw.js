// A builder of conditions (data-redraw) drawn anew stands as the server drew it, but for what was typed since it was asked.
// Morphing alone leaves old choices standing in new lines, and takes what was typed in a field that was left.
import { value } from "./values.js";

const open = new Map(); // what is under way, and what was touched since
const fields = (place) => [...place.querySelectorAll("input:not([type=hidden]), select, textarea")];

function placeOf({ sourceElement }) {
  if (sourceElement?.matches?.("input[list]")) return null; // asks for names, which draws nothing anew
  const form = sourceElement?.closest?.("form");
  return form?.matches("[data-redraw]") ? form : form?.querySelector("[data-redraw]");
}

// Where a field stands after a line was removed: those below move up by one.
function moved(id, act) {
  const [, group, line] = /^drop:(.+)-(\d+)$/.exec(act ?? "") ?? [];
  const [, start, at, rest] = (group && new RegExp(`^(\\w-${group}-)(\\d+)(.*)$`).exec(id)) || [];
  return at === undefined || Number(at) < Number(line) ? id : Number(at) === Number(line) ? "" : `${start}${at - 1}${rest}`;
}

const read = (field) => (field.options ? [...field.selectedOptions].map((one) => one.value) : field.value);

// Whether what was typed fits the field that stands in its place now; it is put there.
function give(field, typed) {
  if (typed === undefined || Array.isArray(typed) !== Boolean(field.options)) return false;
  if (field.options) {
    if (typed.some((value) => ![...field.options].some((one) => one.value === value))) return false;
    for (const one of field.options) one.selected = typed.includes(one.value);
  } else if (field.value !== typed) field.value = typed;
  return true;
}

function draw(field) {
  if (field.multiple) for (const one of field.options) one.selected = one.defaultSelected;
  else if (field.options) field.selectedIndex = Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  else if (field !== document.activeElement && field.value !== field.defaultValue) field.value = field.defaultValue;
}

// Conditions that were kept as name and value, where they are others than the form has: the server draws them.
export function bring(form, kept) {
  const place = form.querySelector("[data-redraw]");
  const said = kept.filter(([name]) => /^[fgov]-/.test(name));
  const here = place && fields(place).map((field) => [field.name, value(field)]);
  if (!place || JSON.stringify(here) === JSON.stringify(said)) return false;
  for (const field of fields(place)) field.disabled = true; // the answer draws them without that
  for (const [name, typed] of said) {
    for (const one of [typed].flat()) {
      place.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: one }));
    }
  }
  place.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

document.addEventListener("input", ({ target }) => {
  for (const one of open.values()) if (one.place.contains(target)) one.touched.add(target.id);
});

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const place = placeOf(ctx);
  if (!place) return;
  for (const [other, one] of open) {
    if (one.place !== place || other.sourceElement === ctx.sourceElement) continue;
    if (other.sourceElement === place) other.request.abort();
    else {
      // A line more is under way: it is drawn first, then asked for what was chosen meanwhile.
      one.isStale = true;
      return event.preventDefault();
    }
  }
  open.set(ctx, { place, touched: new Set() });
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const one = open.get(ctx);
  if (!one) return;
  const act = ctx.request.submitter?.value;
  const typed = fields(one.place).filter((field) => one.touched.has(field.id));
  one.typed = new Map(typed.map((field) => [moved(field.id, act), read(field)]));
  one.focus = one.place.contains(document.activeElement) && moved(document.activeElement.id, act);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const one = open.get(ctx);
  if (!one?.typed || !one.place.isConnected) return;
  for (const field of fields(one.place)) if (!give(field, one.typed.get(field.id))) draw(field);
  if (one.focus !== false && document.activeElement === document.body) {
    (document.getElementById(one.focus) ?? one.place).focus({ preventScroll: true });
  }
  open.delete(ctx);
  if (one.isStale) one.place.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => open.delete(ctx));
