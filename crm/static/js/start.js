// Binds behaviours: <div data-behaviour="drag"> gets the function `drag` once, whoever brought the element.
const bound = new WeakMap();

export function start(behaviours) {
  const bind = (root) => {
    for (const element of [root, ...root.querySelectorAll("[data-behaviour]")]) {
      for (const name of (element.dataset?.behaviour || "").split(" ")) {
        const done = bound.get(element) ?? bound.set(element, new Set()).get(element);
        if (!behaviours[name] || done.has(name)) continue;
        done.add(name);
        behaviours[name](element);
      }
    }
  };
  bind(document.body);
  document.addEventListener("htmx:after:swap", () => bind(document.body));
}
