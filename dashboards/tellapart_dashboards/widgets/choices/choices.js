// Names with numbers side by side, one of them pressed. Left and right walk and press.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { arrange, element } from "../common/elements.js";
import { numbered } from "../common/numbered.js";

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-choices");
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", model.get("accessible_name"));
  el.append(root);

  const radios = numbered("radio", choose);
  function draw() {
    const focused = root.contains(document.activeElement);
    const chosen = model.get("chosen");
    arrange(root, model.get("options").map(({ key, label, n }) => {
      const radio = radios.show(key, label, n);
      const isChosen = key === chosen;
      radio.setAttribute("aria-checked", String(isChosen));
      radio.tabIndex = isChosen ? 0 : -1;
      return radio;
    }));
    if (focused) radios.of(chosen)?.focus();
  }

  /** @param {string} key */
  function choose(key) {
    model.set("chosen", key);
    model.save_changes();
  }

  root.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const keys = model.get("options").map((option) => option.key);
    choose(keys[(keys.indexOf(model.get("chosen")) + step + keys.length) % keys.length]);
  });
  model.on("change:options change:chosen", draw);
  draw();
  return () => model.off(null, null, draw);
}

export default { render };
