// Sends `tick` to the body every minute while the page is seen, and at once when it is seen again.
const MINUTE = 60_000;
let last = Date.now();

function tick() {
  if (document.hidden) return;
  last = Date.now();
  document.body.dispatchEvent(new CustomEvent("tick"));
}

setInterval(tick, MINUTE);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - last >= MINUTE) tick();
});

// A page that only asks whether something is new does not keep its reader signed in.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceEvent?.type === "tick") ctx.request.headers["Tend-Tick"] = "1";
});
