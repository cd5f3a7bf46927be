// The keys of every page: / or Ctrl K search, c new, b bell, u undo, ? help, g and a letter to go somewhere.
// An element with data-key="n" is opened, pressed or focused by that key; it wins over the ones below.
import { isTyping, keysAreOn } from "./typing.js";

const GO = { t: "/", c: "/contacts", d: "/deals", q: "/quizzes", s: "/settings", a: "/tasks" };
const OPEN = { c: "/new", b: "/notifications", "?": "/help/keys" };
// When g was pressed last, in milliseconds of the page; long ago when it was not.
const NEVER = -1e6;
let going = NEVER;
// Until when what a key opened is awaited: what is typed meanwhile is meant for it, not for us.
let awaited = NEVER;
let kept = "";
document.addEventListener("htmx:after:swap", () => {
  awaited = NEVER;
  if (kept) give(); // focus.js, which comes before, has found the field
});
document.addEventListener("htmx:finally:request", () => { awaited = NEVER; });
// When a letter that is no key came last: who writes words to nobody means no keys by the next ones.
let writing = NEVER;
let unknown = null;

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
    event.preventDefault();
    return press(document.querySelector('[data-key="/"]'));
  }
  if (!keysAreOn() || isTyping(event)) return undefined;
  if (event.timeStamp < awaited) return keep(event);
  kept = "";
  if (event.timeStamp - writing < 600) return wrote(event);
  if (event.timeStamp - going < 1500 && GO[event.key]) return visit(event, GO[event.key]);
  going = event.key === "g" ? event.timeStamp : NEVER;
  if (event.key === "u" && undo(event)) return undefined;
  const own = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (own?.checkVisibility()) {
    event.preventDefault();
    if (own.hasAttribute("hx-get")) awaited = event.timeStamp + 6000;
    return press(own);
  }
  return OPEN[event.key] ? visit(event, OPEN[event.key]) : event.key !== "g" && wrote(event);
});

function wrote(event) {
  if (event.key.length === 1 && event.key !== " ") unknown = event;
}
window.addEventListener("keydown", (event) => { // after the lists and boards, which may have taken it
  if (event === unknown && !event.defaultPrevented) writing = event.timeStamp;
});

// What is typed before the field is there goes into it once it is.
function keep(event) {
  if (event.key.length !== 1 && event.key !== "Backspace") return;
  event.preventDefault();
  kept = event.key === "Backspace" ? kept.slice(0, -1) : kept + event.key;
}

function give() {
  const field = document.activeElement;
  if (field?.matches("textarea, input[type=text], input:not([type])")) {
    field.setRangeText(kept, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  kept = "";
}

function visit(event, url) {
  event.preventDefault();
  going = NEVER;
  location.assign(url);
}

function press(element) {
  if (!element) return;
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
}

function undo(event) {
  const button = document.querySelector("#toast form button");
  if (!button) return false;
  event.preventDefault();
  button.form.requestSubmit(button);
  return true;
}
