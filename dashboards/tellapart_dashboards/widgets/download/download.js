// A file of the computer where the studio runs, saved where the browser is. It is asked for piece by piece, so that no
// message is large and a slow line is never flooded.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */
import { button, element } from "../common/elements.js";
import { copied } from "../common/bytes.js";
import { saveFile } from "../common/saving.js";

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-download");
  const save = button("ta-action", "", () => begin());
  const status = element("p");
  status.setAttribute("role", "status");
  root.append(save, status);
  el.append(root);

  let pieces = /** @type {ArrayBuffer[]} */ ([]);
  let n = 0; // bytes that have come

  function draw() {
    root.hidden = !model.get("file_name");
    save.textContent = model.get("description");
    status.textContent = "";
    save.disabled = false;
  }

  function begin() {
    pieces = [];
    n = 0;
    save.disabled = true;
    model.send({ t: "ask", off: 0 });
  }

  /** @param {FromPython} message @param {Bytes[]} buffers */
  function take(message, buffers) {
    if (!save.disabled) return; // of a file that is no longer offered
    if (message.t === "refused") {
      status.textContent = message.reason;
      save.disabled = false;
      return;
    }
    if (message.off !== n) return;
    pieces.push(copied(buffers[0]));
    n += buffers[0].byteLength;
    if (n < message.total && buffers[0].byteLength) {
      status.textContent = `${Math.floor((100 * n) / message.total)} %`;
      model.send({ t: "ask", off: n });
      return;
    }
    saveFile(model.get("file_name"), new Blob(pieces));
    pieces = [];
    status.textContent = "Saved with your downloads.";
    save.disabled = false;
  }

  model.on("msg:custom", take);
  model.on("change:description change:file_name", draw);
  draw();
  return () => {
    model.off("msg:custom", take);
    model.off(null, null, draw);
  };
}

export default { render };
