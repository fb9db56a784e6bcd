// Built by `make widgets` from steps/steps.js and the modules it imports: change those, not this file.
// 20abaf99af50b3ff40c4d9b26a2acda4e47dd7ad33bf0e0f43b11d45442ca61a

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

// Buttons with a name and a number. Each is made once: while its number changes it keeps the focus, and a press that has
// begun.

/**
 * @param {"radio" | "tab"} role
 * @param {(key: string) => void} press
 */
function numbered(role, press) {
  /** @type {Map<string, { node: HTMLButtonElement, name: Text, number: HTMLElement }>} */
  const made = new Map();

  /** @param {string} key */
  function make(key) {
    const node = button("", "", () => press(key));
    const [name, number] = [document.createTextNode(""), element("small")];
    node.dataset.key = key;
    node.setAttribute("role", role);
    node.append(name, " ", number);
    const parts = { node, name, number };
    made.set(key, parts);
    return parts;
  }

  return {
    /**
     * The button of this key, saying this.
     * @param {string} key
     * @param {string} name
     * @param {string} number "" for none
     */
    show(key, name, number) {
      const parts = made.get(key) ?? make(key);
      parts.name.data = name;
      parts.number.textContent = number;
      parts.number.hidden = !number;
      return parts.node;
    },
    /** @param {string} key */
    of: (key) => made.get(key)?.node,
  };
}

// The header: one tab per stage; left and right walk, Enter or a click opens. Where the page is all there is (Voila),
// the address says which step is open, so that the browser's back button and a reload stay inside the studio.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */

const PROJECTS = "projects"; // a page that is no step

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-steps");
  const logo = element("span", "ta-logo");
  logo.append("tell", element("b", "", "apart"));
  const hasAddress = Boolean(document.getElementById("rendered_cells"));
  const hasProjects = hasAddress && model.get("has_projects");
  const project = hasProjects ? button("ta-project", "", () => open(PROJECTS)) : element("span", "ta-project");
  const nav = element("div", "ta-tabs");
  nav.setAttribute("role", "tablist");
  nav.setAttribute("aria-label", "Steps");
  const note = element("span", "ta-note");
  const opening = element("div", "ta-opening");
  opening.setAttribute("role", "progressbar");
  root.append(logo, project, nav, note, opening);
  el.append(root);

  const tabs = numbered("tab", open);
  function draw() {
    const name = model.get("project_name");
    project.textContent = hasProjects ? name || "Projects" : name;
    project.title = hasProjects ? `All projects${name && `; open now: ${name}`}` : name;
    if (hasProjects) {
      const isListed = model.get("current") === PROJECTS;
      if (isListed) project.setAttribute("aria-current", "page");
      else project.removeAttribute("aria-current");
    }
    note.textContent = model.get("note");
    const steps = model.get("steps");
    nav.hidden = steps.length < 2;
    const isStep = steps.some((step) => step.key === model.get("current"));
    arrange(nav, steps.map(({ key, label, badge }, i) => {
      const tab = tabs.show(key, label, badge);
      const isCurrent = key === model.get("current");
      tab.setAttribute("aria-selected", String(isCurrent));
      tab.tabIndex = isCurrent || (!isStep && i === 0) ? 0 : -1;
      return tab;
    }));
  }

  // A page may take seconds to come: the old one steps back at once, without a word from Python.
  function tellOpening() {
    const key = model.get("current");
    const step = model.get("steps").find((one) => one.key === key);
    const isOpening = Boolean(step || key === PROJECTS) && key !== model.get("shown");
    opening.hidden = !isOpening;
    opening.setAttribute("aria-label", `Opening ${step?.label ?? "Projects"}`);
    root.toggleAttribute("data-opening", isOpening);
  }

  // On a phone the row may be wider than the screen.
  function reveal() {
    const tab = tabs.of(model.get("current"));
    if (!tab || nav.scrollWidth <= nav.clientWidth) return;
    const [row, own] = [nav.getBoundingClientRect(), tab.getBoundingClientRect()];
    nav.scrollLeft += own.left + own.width / 2 - row.left - row.width / 2;
  }

  /** @param {string} key */
  function open(key) {
    model.set("current", key);
    model.save_changes();
    window.scrollTo({ top: 0 });
  }

  // A page that a button far down has opened begins at its top.
  function toTop() {
    if (root.getBoundingClientRect().top < 0) root.scrollIntoView();
  }

  const keyInAddress = () => {
    const key = location.hash.slice(1);
    if (hasProjects && key === PROJECTS) return key;
    return model.get("steps").some((step) => step.key === key) ? key : "";
  };

  function noteInAddress() {
    const key = model.get("current");
    if (!hasAddress || !key || key === keyInAddress()) return;
    const isFirst = !keyInAddress();
    history[isFirst ? "replaceState" : "pushState"](null, "", `${location.pathname}${location.search}#${key}`);
  }

  function followAddress() {
    const key = keyInAddress();
    if (!key || key === model.get("current")) return;
    model.set("current", key);
    model.save_changes();
  }

  nav.addEventListener("keydown", (event) => {
    const inRow = /** @type {HTMLElement[]} */ ([...nav.children]);
    const at = inRow.findIndex((tab) => tab === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: inRow.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    inRow[(to + inRow.length) % inRow.length]?.focus();
  });
  /**
   * In JupyterLab letters are commands, d d deletes the cell: not while the focus is in the page.
   * @param {KeyboardEvent} event
   */
  function keepLetters(event) {
    const isShortcut = event.ctrlKey || event.metaKey || event.altKey; // Ctrl+S still saves the notebook
    const from = target(event);
    if (!el.closest(".ta")?.contains(from)) return;
    from?.toggleAttribute("data-lm-suppress-shortcuts", !isShortcut); // on an ancestor it comes too late
  }

  /**
   * A press beside the page is meant for the notebook, which leaves the focus where it is.
   * @param {PointerEvent} event
   */
  function letGo(event) {
    const page = el.closest(".ta");
    const focused = document.activeElement;
    if (page?.contains(focused) && !page.contains(target(event))) /** @type {HTMLElement} */ (focused).blur();
  }

  model.on("change:steps change:current change:project_name change:note", draw);
  model.on("change:steps change:current change:shown", tellOpening);
  model.on("change:current", noteInAddress);
  model.on("change:current", reveal);
  model.on("change:current", toTop);
  const observer = new ResizeObserver(reveal); // a phone that is turned
  observer.observe(nav);
  if (hasAddress) {
    window.addEventListener("popstate", followAddress);
    if (!model.get("is_drawn") && keyInAddress()) model.set("current", keyInAddress());
  } else {
    window.addEventListener("pointerdown", letGo, true);
    window.addEventListener("keydown", keepLetters, true); // before JupyterLab's own, which is on the document
  }
  draw();
  tellOpening();
  noteInAddress();
  model.set("is_drawn", true);
  model.save_changes();
  return () => {
    observer.disconnect();
    window.removeEventListener("popstate", followAddress);
    window.removeEventListener("pointerdown", letGo, true);
    window.removeEventListener("keydown", keepLetters, true);
    model.off(null, null, draw);
    model.off(null, null, tellOpening);
    model.off(null, null, noteInAddress);
    model.off(null, null, reveal);
    model.off(null, null, toTop);
  };
}

var steps = { render };

export { steps as default };
