// Chunked upload: see upload.py for the messages. Four messages may be unanswered; each has one piece of a large file
// or many small files.
const LANES = 4;
const MOST_PIECES = 100;
const TRIES = 5; // silences in a row

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

  const waiting = new Map(); // "batch" or "batch/n" -> function that takes the answer
  const queue = [];
  let isSending = false;
  let stopped = false;
  let messages = 0;

  const onMessage = (message) => {
    const key = message.n === undefined ? message.batch : `${message.batch}/${message.n}`;
    const whole = message.t === "refused" || message.t === "lost";
    for (const [name, answer] of [...waiting]) {
      if (name === key || (whole && name.startsWith(message.batch))) answer(message);
    }
  };
  model.on("msg:custom", onMessage);

  // The answer, or null after a silence.
  function ask(content, buffers) {
    const key = content.n === undefined ? content.batch : `${content.batch}/${content.n}`;
    return new Promise((resolve) => {
      const timer = setTimeout(() => { waiting.delete(key); resolve(null); }, model.get("timeout_s") * 1000);
      waiting.set(key, (message) => { clearTimeout(timer); waiting.delete(key); resolve(message); });
      model.send(content, undefined, buffers);
    });
  }

  class Refused extends Error {}

  // Sends all files. An item: next is the offset to send, null when all of it is on its way; acked what has arrived;
  // flying how many pieces are unanswered; astray: a piece was lost, so wait for the others and begin again at acked.
  async function sendFiles(batch, items, changed) {
    let begun = 0;
    let lastAnswer = Date.now();
    const open = new Set();
    let wakers = [];
    const wake = () => { wakers.forEach((go) => go()); wakers = []; };

    const take = () => {
      const pieces = [];
      let room = model.get("piece_bytes");
      while (room > 0 && pieces.length < MOST_PIECES) {
        let item = [...open].find((one) => one.next !== null && !one.astray);
        if (!item) {
          if (begun === items.length) break;
          item = Object.assign(items[begun], { next: 0, acked: 0, flying: 0, astray: false });
          begun += 1;
          open.add(item);
        }
        const end = Math.min(item.next + room, item.file.size);
        pieces.push({ item, off: item.next, end });
        room -= Math.max(end - item.next, 1);
        item.next = end === item.file.size ? null : end;
        item.flying += 1;
      }
      return pieces;
    };

    const settle = (item, end, answer) => {
      item.flying -= 1;
      if (answer) item.acked = Math.max(item.acked, answer.off);
      if (answer?.done || item.problem) open.delete(item);
      else if (!answer || answer.off < end) item.astray = true;
      if (item.astray && item.flying === 0) Object.assign(item, { astray: false, next: item.acked });
    };

    const read = async ({ item, off, end }) => {
      try {
        return await item.file.slice(off, end).arrayBuffer();
      } catch {
        item.problem = "can no longer be read. Was it moved or changed?";
        return null;
      }
    };

    const lane = async () => {
      while (!stopped) {
        const pieces = take();
        if (!pieces.length) {
          if (!open.size && begun === items.length) return wake();
          await new Promise((resolve) => { wakers.push(resolve); });
          continue;
        }
        const data = await Promise.all(pieces.map(read));
        const good = pieces.filter((piece, i) => data[i] !== null);
        messages += 1;
        const answer = good.length ? await ask({
          t: "pieces", batch, n: messages, pieces: good.map(({ item, off, end }) => ({ id: item.id, off, size: end - off })),
        }, data.filter((one) => one?.byteLength)) : null;
        if (answer?.t === "lost") throw new Refused("The page was restarted. Upload again.");
        if (answer?.t === "refused") throw new Refused(answer.reason);
        if (answer) lastAnswer = Date.now();
        else if (Date.now() - lastAnswer > TRIES * model.get("timeout_s") * 1000) {
          throw new Refused("The connection was lost. Reload the page and upload again.");
        }
        const at = new Map((answer?.files ?? []).map((one) => [one.id, one]));
        pieces.forEach(({ item, end }) => settle(item, end, at.get(item.id)));
        changed();
        wake();
      }
      wake();
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  async function sendBatch(items) {
    const batch = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("-");
    items.forEach((item, id) => { item.id = id; });
    const total = items.reduce((sum, item) => sum + item.file.size, 0);
    stopped = false;
    progress.hidden = false;
    bar.max = Math.max(1, total);
    const draw = () => {
      const sent = items.reduce((sum, item) => sum + (item.acked ?? 0), 0);
      const finished = items.filter((item) => item.acked === item.file.size).length;
      bar.value = sent;
      status.textContent = `Uploading: ${finished} of ${items.length} files, ${sizeText(sent)} of ${sizeText(total)}`;
      const active = items.filter((item) => item.acked !== undefined && item.acked < item.file.size);
      rows.replaceChildren(...active.slice(0, LANES).map((item) => {
        const row = element("li");
        row.append(element("span", "", item.path));
        row.append(element("span", "ta-percent", `${Math.round((100 * item.acked) / item.file.size)} %`));
        return row;
      }));
    };
    let frame = 0;
    const later = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); }); };
    draw();
    let words = "";
    try {
      let go = null;
      for (let first = 0; first < items.length; first += 2000) {
        const files = items.slice(first, first + 2000).map(({ id, path, file }) => ({ id, path, size: file.size }));
        const more = first + 2000 < items.length;
        if (more) model.send({ t: "announce", batch, files, more });
        else go = await ask({ t: "announce", batch, files, more });
      }
      if (go === null) throw new Refused("The studio is not responding. Reload the page and upload again.");
      if (go.t !== "go") throw new Refused(go.reason ?? "The upload was refused.");
      await sendFiles(batch, items, later);
      if (stopped) throw new Refused("Upload stopped. Nothing was added.");
      words = items.filter((item) => item.problem).map((item) => `${item.path} ${item.problem}`).join(" · ");
      await ask({ t: "end", batch });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      stopped = true; // the other lanes leave at their next piece
      model.send({ t: "abort", batch });
      words = error.message;
    } finally {
      cancelAnimationFrame(frame);
      frame = -1;
      status.textContent = words;
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
