// A text in sight, and a button that copies it. Where the browser lets no page write to the clipboard (over plain http, for
// instance) the text is selected, so that one key copies it.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { button, element } from "../common/elements.js";

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-copy-text");
  const text = element("code");
  const copy = button("ta-action", "", () => take());
  const status = element("p");
  status.setAttribute("role", "status");
  root.append(text, copy, status);
  el.append(root);

  function draw() {
    root.hidden = !model.get("text");
    text.textContent = model.get("text");
    copy.textContent = model.get("description");
    status.textContent = "";
  }

  async function take() {
    try {
      await navigator.clipboard.writeText(model.get("text"));
      status.textContent = "Copied.";
    } catch {
      getSelection()?.selectAllChildren(text);
      status.textContent = "Selected: press Ctrl+C, or ⌘C on a Mac.";
    }
  }

  model.on("change:text change:description", draw);
  draw();
  return () => model.off(null, null, draw);
}

export default { render };
