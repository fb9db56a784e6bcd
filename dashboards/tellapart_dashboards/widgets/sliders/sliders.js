// Sliders and switches, each with its name and its value in words. What is slid goes to Python once a frame.
/** @import { Context } from "../common/model" */
/** @import { Option, Traits } from "./protocol" */
import { arrange, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";

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

export default { render };
