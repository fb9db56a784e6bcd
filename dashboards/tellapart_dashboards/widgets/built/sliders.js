// Built by `make widgets` from sliders/sliders.js and the modules it imports: change those, not this file.
// 1510d4e6cae1605fbba6002ce4e3392fb8801e364fe55519a3643df6e148c56d

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

// Drawing at most once per frame: several traits of a widget change together.

/**
 * `soon` calls it before the next frame, once however often it is said; `cancel` takes that back.
 * @param {() => void} call
 */
function oncePerFrame(call) {
  let frame = 0;
  const soon = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      call();
    });
  };
  const cancel = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  return { soon, cancel };
}

// Sliders and switches, each with its name and its value in words. What is slid goes to Python once a frame.
/** @import { Context } from "../common/model" */
/** @import { Option, Traits } from "./protocol" */

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-sliders");
  root.setAttribute("role", "group");
  el.append(root);

  const rows = /** @type {Map<string, ReturnType<typeof row>>} */ (new Map());
  const sending = oncePerFrame(() => model.save_changes());

  /** @param {Option} option */
  function row(option) {
    const node = element("label", option.step ? "ta-slider" : "ta-slider ta-switch");
    const input = element("input");
    const words = element("span", "ta-slider-value");
    words.setAttribute("aria-hidden", "true"); // the input says it
    input.setAttribute("aria-label", option.label);
    input.type = option.step ? "range" : "checkbox";
    if (option.step) {
      input.min = String(option.low);
      input.max = String(option.high);
      input.step = String(option.step);
    }
    node.append(element("span", "ta-slider-name", option.label), input, words);
    input.addEventListener("input", () => {
      const value = option.step ? Number(input.value) : Number(input.checked);
      model.set("values", { ...model.get("values"), [option.key]: value });
      show(value);
      sending.soon();
    });

    /** @param {number} value */
    function show(value) {
      const text = option.step ? `${value}${option.unit}` : "";
      if (option.step && Number(input.value) !== value) input.value = String(value);
      if (option.step) input.setAttribute("aria-valuetext", text);
      else input.checked = value > 0;
      words.textContent = text;
    }
    return { node, show };
  }

  function draw() {
    root.setAttribute("aria-label", model.get("accessible_name"));
    const values = model.get("values");
    arrange(root, model.get("options").map((option) => {
      const one = rows.get(option.key) ?? row(option);
      rows.set(option.key, one);
      one.show(values[option.key] ?? option.low);
      return one.node;
    }));
  }

  model.on("change:options change:values", draw);
  draw();
  return () => {
    sending.cancel();
    model.off(null, null, draw);
  };
}

var sliders = { render };

export { sliders as default };
