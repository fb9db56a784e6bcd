// Built by `make widgets` from download/download.js and the modules it imports: change those, not this file.
// 89bff95260326fa1d9d8602b4bd85ac0b7f10cd342949f55b139e98a87778604

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

// Bytes from Python.
/** @import { Bytes } from "./model" */

/**
 * The bytes alone, for an array of numbers: the view may start where such an array cannot.
 * @param {Bytes} view
 */
function copied(view) {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/**
 * The address of a JPEG, to be revoked when nobody shows it any more; "" where there are no bytes.
 * @param {Bytes | Uint8Array<ArrayBuffer> | undefined} jpeg
 */
function pictureUrl(jpeg) {
  return jpeg?.byteLength ? URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" })) : "";
}

// Files that the browser saves.

const ADDRESS_MS = 60000; // long enough for a browser to have taken the file

/**
 * Have the browser save this where it saves downloads.
 * @param {string} name
 * @param {Blob} content
 */
function saveFile(name, content) {
  const link = element("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_MS);
}

// A file of the computer where the studio runs, saved where the browser is. It is asked for piece by piece, so that no
// message is large and a slow line is never flooded.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */

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

var download = { render };

export { download as default };
