// What a model says of many pictures: see answers.py. An answer's nodes are made once, when it first comes in sight, and
// stay as they are while others come.
/** @import { Bytes, Context } from "../common/model" */
/** @import { Answered, Ask, FromPython, Replied, ToPython, Traits } from "./protocol" */
import { copied, pictureUrl } from "../common/bytes.js";
import { arrange, button, element } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { saveFile } from "../common/saving.js";
import { Filters, summary } from "./filters.js";
import { Large } from "./large.js";
import { Row } from "./row.js";

const ON_A_PAGE = 12;
const MOST = 10000;

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const root = element("section", "ta-answerbox");
  root.setAttribute("aria-label", "Answers");
  const said = element("p", "ta-tally");
  said.setAttribute("role", "status");
  const head = element("div", "ta-answerhead");
  const list = element("div", "ta-answers");
  const pager = element("nav", "ta-pager");
  pager.setAttribute("aria-label", "Pages of answers");
  const place = element("span");
  const newer = button("ta-action", "Newer", () => turn(-1));
  const older = button("ta-action", "Older", () => turn(1));
  pager.append(newer, place, older);
  const nothing = element("p", "ta-soft", "No answer is like that. Choose others above.");
  root.append(said, head, list, nothing, pager);
  el.append(root);

  /** @type {Answered[]} newest batch first, within one in its order */
  let answers = [];
  let shown = answers;
  let page = 0;
  const rows = /** @type {Map<number, Row>} */ (new Map());
  const thumbnails = /** @type {Map<number, string>} */ (new Map());
  const asked = /** @type {Map<string, (reply: Replied) => void>} */ (new Map());

  /** @type {Ask} */
  const ask = (name, number, label) => new Promise((resolve) => {
    asked.set(`${name} ${number}`, resolve);
    model.send({ t: name, number, ...(label === undefined ? {} : { label }) });
  });
  const filters = new Filters(() => { page = 0; drawing.soon(); });
  const table = button("ta-action", "Download as CSV", () => model.send({ t: "table" }));
  const clear = button("ta-action", "Clear", () => {
    model.send({ t: "clear" });
    forget();
    drawing.soon();
  });
  head.append(filters.root, table, clear);
  const large = new Large(root, ask, (number, step) => shown[shown.findIndex((one) => one.number === number) + step]);

  /** @param {Answered} answer */
  function rowOf(answer) {
    /** @type {Row} */
    const row = rows.get(answer.number)
      ?? new Row(answer, thumbnails.get(answer.number) ?? "", ask, model, () => large.open(answer, row.zoom));
    rows.set(answer.number, row);
    return row;
  }

  function draw() {
    root.hidden = !answers.length;
    said.textContent = summary(answers);
    filters.show(answers);
    shown = answers.filter((answer) => filters.takes(answer));
    const nPages = Math.max(1, Math.ceil(shown.length / ON_A_PAGE));
    page = Math.min(page, nPages - 1);
    const first = page * ON_A_PAGE;
    const some = shown.slice(first, first + ON_A_PAGE);
    arrange(list, some.map((answer) => rowOf(answer).root));
    nothing.hidden = shown.length > 0;
    pager.hidden = nPages < 2;
    place.textContent = `${first + 1} to ${first + some.length} of ${shown.length.toLocaleString("en")}`;
    newer.disabled = page === 0;
    older.disabled = page === nPages - 1;
  }

  /** @param {number} step */
  function turn(step) {
    page += step;
    draw();
    const held = step < 0 ? newer : older;
    if (held.disabled) (step < 0 ? older : newer).focus();
    if (root.getBoundingClientRect().top < 0) root.scrollIntoView({ block: "start" });
  }

  /** @param {Answered[]} found @param {Bytes[]} buffers */
  function add(found, buffers) {
    const known = new Set(answers.map((one) => one.number));
    let at = 0;
    const fresh = [];
    for (const answer of found) {
      const jpeg = answer.has_picture ? buffers[at++] : undefined;
      if (known.has(answer.number)) continue;
      thumbnails.set(answer.number, pictureUrl(jpeg));
      fresh.push(answer);
    }
    answers = [...answers, ...fresh].sort((a, b) => b.batch - a.batch || a.number - b.number);
    answers.splice(MOST).forEach(drop);
    drawing.soon();
  }

  /** @param {Answered} answer */
  function drop({ number }) {
    const url = thumbnails.get(number);
    if (url) URL.revokeObjectURL(url);
    thumbnails.delete(number);
    rows.get(number)?.clear();
    rows.delete(number);
  }

  function forget() {
    answers.forEach(drop);
    answers = [];
    page = 0;
    filters.reset();
    large.close();
  }

  /** @param {FromPython} message @param {Bytes[]} buffers */
  function take(message, buffers) {
    if (message.t === "add") add(message.rows, buffers);
    else if (message.to === "table") {
      saveFile(message.file_name ?? "answers.csv", new Blob([copied(buffers[0])], { type: "text/csv" }));
    } else if (message.to === "clear") {
      forget(); // once more: answers that were on their way have come meanwhile
      drawing.soon();
    } else {
      const key = `${message.to} ${message.number}`;
      const urls = buffers.map(pictureUrl);
      asked.get(key)?.({ reply: message, url: urls[0] ?? "", urls });
      asked.delete(key);
    }
  }

  const relabel = () => rows.forEach((row) => row.labelsChanged());
  const drawing = oncePerFrame(draw);
  model.on("msg:custom", take);
  model.on("change:labels", relabel);
  draw();
  model.send({ t: "hello" });
  return () => {
    drawing.cancel();
    forget();
    model.off("msg:custom", take);
    model.off("change:labels", relabel);
  };
}

export default { render };
