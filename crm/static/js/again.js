// A button that adds or takes a line (add:…, group:…, drop:…, add-…, remove-…) and is pressed before the line asked for
// last has come is pressed when it has: its own request would tell of the form as it was, and bring one line of two.
const LINE = /^(add|group|drop|remove)[:-]/;
const TAKES = /^(drop:|remove-)/;
const under = new Map(); // by form: what is under way, and what was pressed since

const isLine = (button) => ["act", "row"].includes(button?.name) && LINE.test(button.value);

// What a button is called after `done` was done: lines below one that is gone moved up; "" where none fits for sure.
function called(value, done) {
  const [, start, at] = /^(.*-)(\d+)$/.exec(value) ?? [];
  if (!TAKES.test(done) || at === undefined) return value;
  const [, same, gone] = /^(.*-)(\d+)$/.exec(done);
  if (start !== same || at === gone) return "";
  return start + (Number(at) > Number(gone) ? at - 1 : at);
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const button = ctx.request.submitter;
  if (!isLine(button)) return;
  const now = under.get(button.form.id);
  if (!now) return under.set(button.form.id, { ctx, value: button.value, next: [] });
  now.next.push(button.value);
  event.preventDefault();
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  for (const [id, one] of under) {
    if (one.ctx !== ctx) continue;
    under.delete(id);
    const form = document.getElementById(id);
    const next = one.next.map((value) => called(value, one.value)).filter(Boolean);
    if (!form || !ctx.response?.raw.ok || !next.length) continue;
    const pressed = [...form.querySelectorAll("button")].find((button) => button.value === next[0] && isLine(button));
    if (!pressed) continue;
    form.requestSubmit(pressed);
    under.get(id)?.next.push(...next.slice(1));
  }
});
