// Chunked upload: see upload.py for the messages. Four files are under way at once, each with one piece unanswered.
const LANES = 4;
const TRIES = 6;

function sizeText(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

// [{file, path}] of everything dropped, folders walked to the bottom
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      found.push({ file, path: entry.fullPath.replace(/^\//, "") });
      return;
    }
    const reader = entry.createReader();
    for (;;) { // readEntries gives at most a hundred at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const child of some) await walk(child);
    }
  };
  for (const entry of entries) await walk(entry);
  return found;
}

function render({ model, el }) {
  const root = element("div", "ta-upload");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", model.get("accessible_name"));
  const zone = element("div", "ta-drop");
  const line = element("p");
  const input = element("input");
  const folderInput = element("input");
  for (const one of [input, folderInput]) {
    one.type = "file";
    one.multiple = true;
    one.hidden = true;
    one.tabIndex = -1;
  }
  input.accept = model.get("accept");
  input.setAttribute("aria-label", "Files");
  folderInput.setAttribute("aria-label", "Folder");
  folderInput.webkitdirectory = true;
  const choose = element("button", "ta-choose", "choose files");
  const chooseFolder = element("button", "ta-choose", "choose a folder");
  choose.type = chooseFolder.type = "button";
  line.append("Drop pictures here, paste, ", choose);
  if (model.get("takes_folders")) line.append(" or ", chooseFolder);
  zone.append(line, input, folderInput);
  const progress = element("div", "ta-sending");
  progress.hidden = true;
  const status = element("p", "ta-status");
  status.setAttribute("role", "status");
  const bar = element("progress");
  bar.setAttribute("aria-label", "Upload");
  const rows = element("ul", "ta-files");
  const stop = element("button", "ta-choose", "Stop");
  stop.type = "button";
  progress.append(bar, rows, stop);
  root.append(zone, status, progress);
  el.append(root);

  const waiting = new Map(); // "batch" or "batch/id" -> function that takes the answer
  const queue = [];
  let isSending = false;
  let stopped = false;

  const onMessage = (message) => {
    const key = message.id === undefined ? message.batch : `${message.batch}/${message.id}`;
    const whole = message.t === "refused" || message.t === "lost";
    for (const [name, answer] of [...waiting]) {
      if (name === key || (whole && name.startsWith(message.batch))) answer(message);
    }
  };
  model.on("msg:custom", onMessage);

  function ask(content, buffers) {
    const key = content.id === undefined ? content.batch : `${content.batch}/${content.id}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => { waiting.delete(key); resolve(null); }, model.get("timeout_s") * 1000);
      waiting.set(key, (message) => { clearTimeout(timer); waiting.delete(key); resolve(message); });
      model.send(content, undefined, buffers);
    });
  }

  class Refused extends Error {}

  async function sendFile(batch, item, onBytes) {
    let offset = 0;
    let misses = 0;
    let question = false; // after a silence: ask where the kernel is before sending anything again
    for (;;) {
      if (stopped) return;
      const end = Math.min(offset + model.get("piece_bytes"), item.file.size);
      let answer;
      if (question) {
        answer = await ask({ t: "where", batch, id: item.id });
      } else {
        let piece;
        try {
          piece = await item.file.slice(offset, end).arrayBuffer();
        } catch {
          item.problem = "cannot be read any more; was it moved or changed?";
          return;
        }
        answer = await ask({ t: "chunk", batch, id: item.id, off: offset }, piece.byteLength ? [piece] : []);
      }
      if (answer === null) {
        misses += 1;
        if (misses >= TRIES) throw new Refused("The connection is lost. Reload the page and upload again.");
        status.textContent = "No answer for a while, trying again …";
        question = true;
        continue;
      }
      if (answer.t === "lost") throw new Refused("The page was restarted meanwhile. Upload again.");
      if (answer.t === "refused") throw new Refused(answer.reason);
      misses = 0;
      question = false;
      onBytes(answer.off - offset);
      offset = answer.off;
      item.sent = offset;
      if (answer.done) return;
    }
  }

  async function sendBatch(items) {
    const batch = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("-");
    items.forEach((item, i) => { item.id = i; item.sent = 0; });
    const total = items.reduce((sum, item) => sum + item.file.size, 0);
    let sent = 0;
    let finished = 0;
    const active = new Set();
    stopped = false;
    progress.hidden = false;
    bar.max = Math.max(1, total);
    bar.value = 0;
    const draw = () => {
      bar.value = sent;
      status.textContent = `Uploading: ${finished} of ${items.length} files, ${sizeText(sent)} of ${sizeText(total)}`;
      rows.replaceChildren(...[...active].slice(0, LANES).map((item) => {
        const share = item.file.size ? Math.round((100 * item.sent) / item.file.size) : 100;
        const row = element("li");
        row.append(element("span", "", item.path), element("span", "ta-percent", `${share} %`));
        return row;
      }));
    };
    let frame = 0;
    const later = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); }); };
    draw();
    try {
      let go = null;
      for (let first = 0; first < items.length; first += 2000) {
        const files = items.slice(first, first + 2000).map(({ id, path, file }) => ({ id, path, size: file.size }));
        const more = first + 2000 < items.length;
        if (more) model.send({ t: "announce", batch, files, more });
        else go = await ask({ t: "announce", batch, files, more });
      }
      if (go === null) throw new Refused("The studio does not answer. Reload the page and upload again.");
      if (go.t !== "go") throw new Refused(go.reason ?? "The upload was refused.");
      let next = 0;
      const lane = async () => {
        while (next < items.length && !stopped) {
          const item = items[next];
          next += 1;
          active.add(item);
          await sendFile(batch, item, (bytes) => { sent += bytes; later(); });
          active.delete(item);
          finished += 1;
          later();
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      if (stopped) {
        cancelAnimationFrame(frame);
        model.send({ t: "abort", batch });
        status.textContent = "Upload stopped. Nothing of it was kept.";
        return;
      }
      cancelAnimationFrame(frame);
      status.textContent = "";
      const unread = items.filter((item) => item.problem);
      if (unread.length) status.textContent = unread.map((item) => `${item.path} ${item.problem}`).join(" · ");
      await ask({ t: "end", batch });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      stopped = true; // the other lanes leave at their next piece
      cancelAnimationFrame(frame);
      model.send({ t: "abort", batch });
      status.textContent = error.message;
    } finally {
      progress.hidden = true;
    }
  }

  async function add(items) {
    if (!items.length) return;
    queue.push(items);
    if (isSending) return;
    isSending = true;
    try {
      while (queue.length) await sendBatch(queue.shift());
    } finally {
      isSending = false;
    }
  }

  const fromInput = (one) => {
    const items = [...one.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
    one.value = ""; // so that the same file can be chosen again
    add(items);
  };
  input.addEventListener("change", () => fromInput(input));
  folderInput.addEventListener("change", () => fromInput(folderInput));
  choose.addEventListener("click", () => input.click());
  chooseFolder.addEventListener("click", () => folderInput.click());
  stop.addEventListener("click", () => { stopped = true; });

  const isVisible = () => root.isConnected && root.offsetParent !== null;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const over = (event) => {
    if (!isVisible() || !hasFiles(event)) return;
    event.preventDefault(); // beside the zone too: else the browser leaves the page and opens the picture
    zone.classList.add("ta-over");
  };
  const leave = (event) => { if (!event.relatedTarget) zone.classList.remove("ta-over"); };
  const drop = async (event) => {
    if (!isVisible() || !hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    zone.classList.remove("ta-over");
    add(await dropped(event.dataTransfer));
  };
  const paste = (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!isVisible() || !files.length) return;
    event.preventDefault();
    add(files.map((file) => ({ file, path: file.name || "pasted.png" })));
  };
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", leave);
  window.addEventListener("drop", drop);
  window.addEventListener("paste", paste);
  return () => {
    stopped = true;
    model.off("msg:custom", onMessage);
    window.removeEventListener("dragover", over);
    window.removeEventListener("dragleave", leave);
    window.removeEventListener("drop", drop);
    window.removeEventListener("paste", paste);
  };
}

export default { render };
