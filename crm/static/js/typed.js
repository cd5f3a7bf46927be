// typed: what is typed is kept in this tab, for its person, until it is saved, and given back when its form comes again;
// who leaves before is asked. Never passwords or files; drafts of notes that the server has are not kept twice.
import { bring } from "./redraw.js";
import { put, value } from "./values.js";
const MINE = `typed:${document.body.dataset.user}:`;
const NEVER = /^(password|file|submit|button|reset|image)$/;
const OURS = new Set(["csrf_token", "form_key", "alone"]);
const isOurs = (one) => OURS.has(one.name) || (one.name === "seen" && one.form.id === "composer"); // of the timeline
const touched = new Set();
const given = new WeakMap(); // the address for which a form was given back what was typed
const redrawn = new WeakSet(); // forms that the server drew anew with what was typed: a row more
const kept = new WeakMap(); // the text of a field that the server keeps as a draft

const fields = (form) => [...form.elements].filter((one) => one.name && !NEVER.test(one.type) && !isOurs(one));
const key = (form) => MINE + form.getAttribute("action") + (location.pathname.endsWith("/new") ? location.search : "");
const read = (name) => JSON.parse(sessionStorage.getItem(name) ?? "null");

function differs(field) {
  if (typeof value(field) === "boolean") return field.checked !== field.defaultChecked;
  if (field.options && !field.multiple) {
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
  }
  if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.type !== "hidden" && field.value !== field.defaultValue && field.value !== kept.get(field);
}

// A refused form was drawn with what was typed: all of it is unsaved.
const isUnsaved = (form) => redrawn.has(form) || Boolean(form.querySelector(".errors")) || fields(form).some(differs);

function keep(form) {
  if (!isUnsaved(form)) return sessionStorage.removeItem(key(form));
  const typed = { values: fields(form).map((field) => [field.name, value(field)]) };
  try {
    sessionStorage.setItem(key(form), JSON.stringify(typed));
  } catch {
    // The tab's store is full: leaving asks all the same.
  }
}

function forget(form) {
  sessionStorage.removeItem(key(form));
  touched.delete(form);
  redrawn.delete(form);
  form.querySelector(".typed-state")?.remove();
}

function say(form, undo) {
  const line = document.createElement("p");
  const drop = document.createElement("button");
  line.className = "help typed-state";
  line.setAttribute("role", "status");
  line.textContent = `${document.body.dataset.typed} `;
  Object.assign(drop, { type: "button", className: "btn small quiet", textContent: document.body.dataset.typedDrop });
  drop.addEventListener("click", () => {
    for (const [field, was] of undo) put(field, was);
    forget(form);
    if (form.querySelector("[data-redraw]")) return location.reload(); // lines came and went
    fields(form).find((one) => one.type !== "hidden")?.focus();
  });
  line.append(drop);
  (form.querySelector(".foot, .form-acts") ?? form.lastElementChild).before(line);
}

function give(form) {
  if (given.get(form) === key(form)) return;
  given.set(form, key(form));
  mark(form);
  const found = read(key(form));
  if (!found || form.querySelector(".errors")) return;
  const all = fields(form);
  const undo = all.map((field) => [field, value(field)]);
  const whole = [...found.values];
  // Hidden fields come too: over what the form was begun is how a save sees that somebody else was faster.
  for (const field of all) {
    const at = found.values.findIndex(([name]) => name === field.name);
    if (at >= 0) put(field, found.values.splice(at, 1)[0][1]);
  }
  if (bring(form, whole)) redrawn.add(form);
  if (isUnsaved(form)) return say(form, undo);
  for (const [field, was] of undo) put(field, was);
  sessionStorage.removeItem(key(form));
}

// Tabs that lead to a form in which something was begun say so.
function mark(form) {
  for (const tab of form.querySelectorAll("nav a[hx-get]")) {
    const isBegun = sessionStorage.getItem(MINE + tab.getAttribute("hx-get").replace(/\/new$/, "")) !== null;
    tab.toggleAttribute("data-begun", isBegun);
    tab.title = isBegun ? document.body.dataset.typed : "";
  }
}

const formOf = (element) => element?.closest?.("form[data-behaviour~=typed]");

export default function typed(form) {
  give(form);
  for (const name of ["input", "change"]) {
    form.addEventListener(name, () => {
      touched.add(form);
      keep(form);
    });
  }
  form.addEventListener("click", (event) => event.target.closest("[data-cancel]") && forget(form));
}

// A form may be drawn anew in its place, with another address: the tabs of the composer.
document.addEventListener("htmx:after:swap", () => {
  for (const form of document.querySelectorAll("form[data-behaviour~=typed]")) if (given.has(form)) give(form);
  for (const form of touched) if (form.isConnected && redrawn.has(form)) keep(form);
});

// Whether the form, or its conditions, come back as they were sent: a line more or less is no save.
function isRedraw({ sourceElement, request, target }, form) {
  if (sourceElement !== form) return sourceElement.matches("[data-redraw]");
  return target?.id === form.id && ["act", "row"].includes(request.submitter?.name);
}

const leadsToSignIn = ({ response }) => response.raw.headers.get("HX-Redirect")?.startsWith("/login");
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = formOf(ctx.sourceElement);
  if (!form || ctx.request.method.toUpperCase() === "GET" || !ctx.response.raw.ok || leadsToSignIn(ctx)) return;
  if (ctx.target?.id === "draft-state") {
    kept.set(ctx.sourceElement, ctx.request.body.get(ctx.sourceElement.name));
    keep(form);
  } else if (ctx.response.status === 200 && isRedraw(ctx, form)) redrawn.add(form);
  else if (ctx.sourceElement === form || ctx.sourceElement.type === "submit") forget(form);
});

const everything = () => Object.keys(sessionStorage).filter((name) => name.startsWith("typed:"));

// A form that is sent without htmx: the page that comes tells whether it was taken.
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  // Whoever comes next at this screen reads nothing.
  if (target.getAttribute("action") === "/logout") for (const name of everything()) sessionStorage.removeItem(name);
  if (defaultPrevented || !formOf(target)) return;
  touched.delete(target);
  const found = read(key(target));
  if (found) sessionStorage.setItem(key(target), JSON.stringify({ ...found, isSent: true }));
});

const wasTaken = (performance.getEntriesByType("navigation")[0]?.responseStatus ?? 200) < 400;
for (const name of everything()) {
  const found = read(name); // signed out meanwhile, what was sent was not taken, and waits for its person
  if (!document.body.dataset.user) sessionStorage.setItem(name, JSON.stringify({ ...found, isSent: false }));
  else if (!name.startsWith(MINE) || (found.isSent && wasTaken)) sessionStorage.removeItem(name);
}

addEventListener("beforeunload", (event) => {
  if ([...touched].some((form) => form.isConnected && isUnsaved(form))) event.preventDefault();
});
