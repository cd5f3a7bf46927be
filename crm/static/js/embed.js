// Placed on a customer's site: <script src="https://tend.example/embed.js" data-quiz="readiness" async></script>
// Puts the quiz in a frame where the script stands, passes the visit's source and follows the height of the content.
(() => {
  const script = document.currentScript;
  const quiz = script?.dataset.quiz;
  if (!quiz) return;
  const origin = new URL(script.src).origin;
  const id = `tend-${Math.random().toString(36).slice(2, 10)}`;
  const address = new URL(`/q/${encodeURIComponent(quiz)}`, origin);
  address.searchParams.set("embed", "1");
  address.searchParams.set("embed_id", id);
  address.searchParams.set("parent", location.origin);
  address.searchParams.set("path", location.pathname);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("utm_")) address.searchParams.set(name, value);
  }

  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title || "Quiz";
  frame.loading = "lazy";
  frame.style.cssText = "display:block;width:100%;min-height:320px;height:640px;border:0";
  script.after(frame);

  window.addEventListener("message", (event) => {
    const said = event.data;
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    if (said?.v !== 1 || said.id !== id) return;
    if (said.t === "tend:height") {
      frame.style.height = `${Math.min(4000, Math.max(320, Number(said.height) || 0))}px`;
    } else if (said.t === "tend:step") {
      if (frame.getBoundingClientRect().top < 0) frame.scrollIntoView({ block: "start" });
    } else if (said.t === "tend:completed") {
      frame.dispatchEvent(new CustomEvent("tend:completed", { bubbles: true, detail: { quiz } }));
    }
  });
})();
