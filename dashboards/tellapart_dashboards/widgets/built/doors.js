// Built by `make widgets` from doors/doors.js and the modules it imports: change those, not this file.
// 5f0477a463f1bfc6c0fedf35427ee488f0e5db1519fea08f570b3cdf99cca172

// Parts of a page. Texts go in as text, never as HTML: labels may look like it.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== "") node.textContent = String(text);
  return node;
}

/**
 * A button that submits no form.
 * @param {string} className
 * @param {string | number} text
 * @param {(event: MouseEvent) => void} [press]
 */
function button(className, text, press) {
  const node = element("button", className, text);
  node.type = "button";
  if (press) node.addEventListener("click", press);
  return node;
}

/**
 * The children become these, in this order. Those that were there are not touched, so that they keep the focus and a
 * press that has begun.
 * @param {Element} parent
 * @param {Element[]} nodes
 */
function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  [...parent.children].filter((node) => !wanted.has(node)).forEach((node) => node.remove());
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

/**
 * The element that an event came from.
 * @param {Event} event
 */
function target(event) {
  return event.target instanceof Element ? event.target : null;
}

// Ways into an empty project: buttons that lead to a place further down the page, or tell Python.
/** @import { Context } from "../common/model" */
/** @import { Door, ToPython, Traits } from "./protocol" */

/** @param {Context<Traits, ToPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-doors");
  const row = element("div", "ta-row-of-doors");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", model.get("accessible_name"));
  const said = element("p", "ta-said");
  said.setAttribute("role", "status");
  root.append(row, said);
  el.append(root);
  const hasAddress = Boolean(document.getElementById("rendered_cells"));

  /** @param {Door} door */
  function enter(door) {
    if (!door.target) {
      model.send({ open: door.key });
      return;
    }
    const page = el.closest(".ta") ?? document;
    const place = /** @type {HTMLElement | null} */ (page.querySelector(door.target));
    place?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    place?.focus({ preventScroll: true });
  }

  function draw() {
    row.replaceChildren(...model.get("doors").map((door) => {
      const made = button("ta-door", "", () => enter(door));
      made.append(element("b", "", door.title), element("span", "", door.text));
      return made;
    }));
  }

  function tell() {
    said.textContent = model.get("said");
    said.hidden = !said.textContent;
  }

  function go() {
    const to = model.get("go_to");
    if (!to) return;
    if (hasAddress) {
      location.assign(location.pathname + to);
    } else {
      said.textContent = model.get("instead");
      said.hidden = false;
    }
  }

  model.on("change:doors", draw);
  model.on("change:said", tell);
  model.on("change:go_to", go);
  draw();
  tell();
  return () => [draw, tell, go].forEach((one) => model.off(null, null, one));
}

var doors = { render };

export { doors as default };
