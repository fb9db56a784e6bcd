// Built by `make widgets` from answers/answers.js and the modules it imports: change those, not this file.
// 00dd2ef85b434d7144deb14ad2bc5458f33b3e1a8dbf0882957cc6426f6a6256

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

// Which answers are in sight: by label and by certainty. And all of them in one sentence.
/** @import { Answered } from "./protocol" */

const LABEL = "label "; // before the label of a kind
const NONE = "none";
const UNREAD = "unread";
const SURE = /** @type {[string, string, (share: number) => boolean][]} */ ([
  ["", "Any certainty", () => true],
  ["low", "Below 60 %", (share) => share < 0.6],
  ["middle", "60 % to 90 %", (share) => share >= 0.6 && share < 0.9],
  ["high", "90 % and more", (share) => share >= 0.9],
]);

/** @param {Answered} answer */
function kindOf(answer) {
  if (answer.reason) return UNREAD;
  return answer.is_none ? NONE : LABEL + answer.label;
}

/**
 * How many of each kind: labels by number, then what is none of them, then what cannot be read.
 * @param {Answered[]} answers
 */
function tally(answers) {
  const counts = /** @type {Map<string, number>} */ (new Map());
  for (const answer of answers) counts.set(kindOf(answer), (counts.get(kindOf(answer)) ?? 0) + 1);
  const rank = (/** @type {string} */ kind) => [NONE, UNREAD].indexOf(kind);
  return [...counts].sort(([a, n], [b, m]) => rank(a) - rank(b) || m - n || a.localeCompare(b));
}

/** @param {string} kind */
const nameOf = (kind) => ({ [NONE]: "none of these", [UNREAD]: "unreadable" })[kind] ?? kind.slice(LABEL.length);

/**
 * "24 bear, 3 none of these, 2 unreadable".
 * @param {Answered[]} answers
 */
function summary(answers) {
  return tally(answers).map(([kind, n]) => `${n.toLocaleString("en")} ${nameOf(kind)}`).join(", ");
}

class Filters {
  /** @param {() => void} changed */
  constructor(changed) {
    this.root = element("div", "ta-filters");
    this.label = element("select");
    this.label.setAttribute("aria-label", "Show answers");
    this.sure = element("select");
    this.sure.setAttribute("aria-label", "Certainty");
    for (const [value, text] of SURE) {
      const option = element("option", "", text);
      option.value = value;
      this.sure.append(option);
    }
    this.names = "";
    for (const one of [this.label, this.sure]) one.addEventListener("change", changed);
    this.root.append(this.label, this.sure);
  }

  /** @param {Answered[]} answers */
  show(answers) {
    const counts = tally(answers);
    const names = JSON.stringify(counts);
    if (names === this.names) return;
    this.names = names;
    const before = this.label.value;
    const all = /** @type {[string, number][]} */ ([["", answers.length], ...counts]);
    this.label.replaceChildren(...all.map(([kind, n]) => {
      const option = element("option", "", `${kind ? nameOf(kind) : "All"} (${n.toLocaleString("en")})`);
      option.value = kind;
      return option;
    }));
    this.label.value = before;
    if (this.label.selectedIndex < 0) this.label.value = "";
  }

  /** @param {Answered} answer */
  takes(answer) {
    if (this.label.value && kindOf(answer) !== this.label.value) return false;
    const rule = SURE.find(([value]) => value === this.sure.value);
    if (!this.sure.value || !rule) return true;
    return !answer.reason && !answer.is_none && rule[2](answer.shares[0]?.[2] ?? 0);
  }

  reset() {
    this.label.value = "";
    this.sure.value = "";
  }
}

// Presses beside a window.

/**
 * Whether the press was beside the dialog: one on its own edge comes from it as well.
 * @param {MouseEvent} event
 * @param {HTMLDialogElement} box
 */
function isBeside(event, box) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  const isOutside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
  return event.target === box && isOutside;
}

// A picture as large as the window, with its answer; left and right go on to the next one.
/** @import { Answered, Ask } from "./protocol" */

class Large {
  /**
   * @param {HTMLElement} parent
   * @param {Ask} ask
   * @param {(number: number, step: number) => Answered | undefined} beside the answer that many after this one
   */
  constructor(parent, ask, beside) {
    this.ask = ask;
    this.beside = beside;
    this.number = 0;
    this.url = "";
    this.opener = /** @type {HTMLElement | null} */ (null);
    this.root = element("dialog", "ta-largebox");
    this.root.tabIndex = -1; // after a press on its edge the arrows go on working
    this.title = element("b");
    this.words = element("span", "ta-file");
    this.img = element("img");
    this.note = element("p", "ta-said");
    this.note.setAttribute("role", "status");
    this.before = button("ta-action", "Previous", () => this.go(-1));
    this.after = button("ta-action", "Next", () => this.go(1));
    const line = element("div", "ta-keys");
    line.append(this.before, this.after, button("ta-action", "Close", () => this.close()));
    const head = element("p", "ta-largehead");
    head.append(this.title, " ", this.words);
    this.root.append(head, this.img, this.note, line);
    parent.append(this.root);
    this.root.addEventListener("close", () => this.closed());
    this.root.addEventListener("click", (event) => { if (isBeside(event, this.root)) this.close(); });
    this.root.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) this.go(step);
    });
  }

  /** @param {Answered} answer @param {HTMLElement} [opener] */
  async open(answer, opener) {
    this.opener = opener ?? this.opener;
    this.number = answer.number;
    this.title.textContent = answer.is_none ? `none of these? closest: ${answer.label}` : `${answer.label}, ${answer.shares[0]?.[1] ?? ""}`;
    this.words.textContent = answer.name;
    this.root.setAttribute("aria-label", `${answer.name}, larger`);
    this.img.alt = answer.name;
    this.before.disabled = !this.readable(-1);
    this.after.disabled = !this.readable(1);
    this.note.textContent = "Loading …";
    if (!this.root.open) this.root.showModal();
    const { reply, url } = await this.ask("larger", answer.number);
    if (this.number !== answer.number || !this.root.open) {
      if (url) URL.revokeObjectURL(url);
      return;
    }
    this.show(url);
    this.note.textContent = reply.problem ?? "";
  }

  /** @param {string} url */
  show(url) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
    this.img.hidden = !url;
    if (url) this.img.src = url;
    else this.img.removeAttribute("src");
  }

  /**
   * The next one in that direction that has an answer.
   * @param {number} step
   */
  readable(step) {
    for (let at = step; ; at += step) {
      const found = this.beside(this.number, at);
      if (!found || !found.reason) return found;
    }
  }

  /** @param {number} step */
  go(step) {
    const next = this.readable(step);
    if (next) this.open(next);
  }

  close() {
    if (this.root.open) this.root.close();
  }

  closed() {
    this.number = 0;
    this.show("");
    this.opener?.focus();
  }
}

// The pictures of the project that look most like one that was answered: asked for when somebody wants to see them.
/** @import { AlikePicture, Answered, Ask } from "./protocol" */

class Alike {
  /**
   * @param {Answered} answer
   * @param {Ask} ask
   */
  constructor(answer, ask) {
    this.urls = /** @type {string[]} */ ([]);
    this.root = element("div");
    const show = button("ta-link", "Pictures like it", () => this.show(answer, ask));
    show.setAttribute("aria-label", `Pictures like it: ${answer.name}`);
    this.root.append(show);
  }

  /** @param {Answered} answer @param {Ask} ask */
  async show(answer, ask) {
    const note = element("p", "ta-soft", "Looking through the project’s pictures …");
    note.setAttribute("role", "status");
    this.root.replaceChildren(note);
    const { reply, urls } = await ask("alike", answer.number);
    this.urls = urls;
    note.textContent = reply.problem ?? "Most alike to the model, of the project’s pictures:";
    note.className = reply.problem ? "ta-problem" : "ta-soft";
    if (!reply.alike) return;
    const list = element("ul", "ta-alike");
    list.append(...reply.alike.map((one, at) => picture(one, urls[at] ?? "")));
    this.root.append(list);
  }

  clear() {
    for (const url of this.urls) URL.revokeObjectURL(url);
  }
}

/** @param {AlikePicture} one @param {string} url */
function picture({ label, name, is_same: isSame }, url) {
  const item = element("li");
  const img = element("img");
  img.src = url;
  img.alt = "";
  img.title = name;
  item.append(img, element("span", "", isSame ? `${label}, the same picture` : label));
  return item;
}

// An answer may come late: it leads only those further who have not gone elsewhere meanwhile.

/**
 * Whether the focus is in one of these places, or nowhere since what had it is gone.
 * @param {HTMLElement[]} places
 */
function isStillIn(...places) {
  const at = document.activeElement;
  return !at || at === document.body || places.some((place) => place.contains(at));
}

// “That's wrong, it is …”: a press on a label puts the picture into the project under it, one on “none of these” puts it
// there marked so; both can be taken back.
/** @import { Answered, AnswersModel, Ask, Question } from "./protocol" */

const MOST_BUTTONS = 12; // with more labels they are a list

class PutRight {
  /**
   * @param {Answered} answer
   * @param {Ask} ask
   * @param {AnswersModel} model
   */
  constructor(answer, ask, model) {
    this.answer = answer;
    this.ask = ask;
    this.model = model;
    this.opener = button("ta-link", answer.is_none ? "It is …" : "That’s wrong, it is …", () => this.turn());
    this.opener.setAttribute("aria-label", `${this.opener.textContent} (${answer.name})`);
    this.opener.setAttribute("aria-expanded", "false");
    this.root = element("div", "ta-right");
    this.form = element("div", "ta-rightform");
    this.form.setAttribute("role", "group");
    this.form.setAttribute("aria-label", `What ${answer.name} is`);
    this.form.hidden = true;
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.undo = button("ta-link", "Undo", () => this.send("take back"));
    this.undo.setAttribute("aria-label", `Undo what was said of ${answer.name}`);
    this.undo.hidden = true;
    this.root.append(this.form, this.said, this.undo);
    this.form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // else JupyterLab takes letters
      if (event.key === "Escape") this.close();
    });
  }

  turn() {
    if (!this.form.hidden) {
      this.close();
      return;
    }
    this.fill();
    this.form.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    /** @type {HTMLElement | null} */ (this.form.querySelector("button, select, input"))?.focus();
  }

  close() {
    this.fold();
    this.opener.focus();
  }

  fold() {
    this.form.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
  }

  labelsChanged() {
    if (!this.form.hidden) this.fill();
  }

  fill() {
    const labels = this.model.get("labels").filter((label) => this.answer.is_none || label !== this.answer.label);
    const other = element("form", "ta-oneline");
    const words = element("input");
    words.type = "text";
    words.placeholder = "another label";
    words.setAttribute("aria-label", `Another label for ${this.answer.name}`);
    const give = element("button", "ta-action", "Add");
    give.type = "submit";
    other.append(words, give);
    other.addEventListener("submit", (event) => {
      event.preventDefault();
      if (words.value.trim()) this.send("put right", words.value);
    });
    const none = button("ta-action ta-chip ta-none", "none of these", () => this.send("none of these"));
    const named = labels.length > MOST_BUTTONS ? [this.list(labels)] : labels.map((label) => this.chip(label));
    this.form.replaceChildren(...named, none, other);
  }

  /** @param {string} label */
  chip(label) {
    return button("ta-action ta-chip", label, () => this.send("put right", label));
  }

  /** @param {string[]} labels */
  list(labels) {
    const choice = element("select");
    choice.setAttribute("aria-label", `Label for ${this.answer.name}`);
    choice.append(...["Choose a label …", ...labels].map((label, i) => {
      const option = element("option", "", label);
      option.value = i ? label : "";
      return option;
    }));
    choice.addEventListener("change", () => { if (choice.value) this.send("put right", choice.value); });
    return choice;
  }

  /** @param {Question} question @param {string} [label] */
  async send(question, label) {
    if (this.isBusy) return; // pressed twice
    this.isBusy = true;
    this.said.textContent = "Saving …";
    const { reply } = await this.ask(question, this.answer.number, label);
    this.isBusy = false;
    const isHere = isStillIn(this.opener, this.root);
    this.said.classList.toggle("ta-bad", Boolean(reply.problem));
    this.said.textContent = reply.problem ?? reply.sentence ?? "";
    if (reply.problem) return; // what was chosen stays, to be tried again
    this.undo.hidden = !reply.can_undo;
    this.fold();
    if (isHere) (reply.can_undo ? this.undo : this.opener).focus();
  }
}

// One answer: its picture, the likeliest labels as bars, why, and what it is where that is wrong.
/** @import { Answered, AnswersModel, Ask } from "./protocol" */

class Row {
  /**
   * @param {Answered} answer
   * @param {string} url of its thumbnail, "" for none
   * @param {Ask} ask
   * @param {AnswersModel} model
   * @param {() => void} enlarge
   */
  constructor(answer, url, ask, model, enlarge) {
    this.answer = answer;
    this.ask = ask;
    this.root = element("div", "ta-answer");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", answer.name);
    this.zoom = button("ta-zoom", "", enlarge);
    if (url) {
      this.zoom.setAttribute("aria-label", `Show ${answer.name} larger`);
      const img = element("img");
      img.src = url;
      img.alt = "";
      this.zoom.append(img);
      this.root.append(this.zoom);
    } else {
      const box = element("div", "ta-noimage");
      box.setAttribute("aria-hidden", "true");
      this.root.append(box);
    }
    this.body = element("div");
    this.root.append(this.body);
    if (answer.reason) this.unread();
    else this.answered(model);
  }

  unread() {
    const { name, reason } = this.answer;
    this.body.append(
      element("b", "ta-bad", "Cannot be read"), " ", element("span", "ta-file", name),
      element("div", "", `${reason}.`),
    );
  }

  /** @param {AnswersModel} model */
  answered(model) {
    const { name, label, shares, is_none: isNone, number } = this.answer;
    this.body.append(element("b", "", isNone ? "none of these?" : label), " ");
    if (isNone) this.body.append(element("span", "ta-tag", "unlike its training pictures"), " ");
    this.body.append(element("span", "ta-file", name));
    if (isNone) this.body.append(element("div", "ta-closest", `closest: ${label}`));
    else this.body.append(...shares.map(bar));
    this.place = element("div", "ta-why");
    this.place.hidden = true;
    const why = button("ta-link", "Why?", () => this.explain(why));
    why.setAttribute("aria-label", `Why? ${name}`);
    why.setAttribute("aria-expanded", "false");
    this.right = model.get("can_put_right") ? new PutRight(this.answer, this.ask, model) : null;
    const line = element("div", "ta-answerkeys");
    line.append(why, ...(this.right ? [this.right.opener] : []));
    this.body.append(line, this.place, ...(this.right ? [this.right.root] : []));
    this.number = number;
  }

  /** @param {HTMLButtonElement} why */
  async explain(why) {
    if (!this.place) return;
    const isOpen = this.place.hidden;
    this.place.hidden = !isOpen;
    why.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen || this.place.hasChildNodes()) return;
    const wait = element("p", "ta-soft", "Looking …");
    wait.setAttribute("role", "status");
    this.place.append(wait);
    const { reply, url } = await this.ask("why", this.answer.number);
    this.whyUrl = url;
    this.place.replaceChildren(reply.problem ? problem(reply.problem) : figure(url, reply.alt ?? "", reply.words ?? ""));
    if (reply.problem) return;
    this.alike = new Alike(this.answer, this.ask);
    this.place.append(this.alike.root);
  }

  labelsChanged() {
    this.right?.labelsChanged();
  }

  clear() {
    if (this.whyUrl) URL.revokeObjectURL(this.whyUrl);
    this.alike?.clear();
    this.root.remove();
  }
}

/** @param {[string, string, number]} share */
function bar([label, text, fraction]) {
  const line = element("div", "ta-share");
  const name = element("span", "", label);
  name.title = label;
  const box = element("div", "ta-bar");
  box.setAttribute("aria-hidden", "true");
  const fill = element("i");
  fill.style.width = `${(100 * fraction).toFixed(1)}%`;
  box.append(fill);
  line.append(name, box, element("span", "ta-number", text));
  return line;
}

/** @param {string} text */
function problem(text) {
  const note = element("p", "ta-problem", text);
  note.setAttribute("role", "status");
  return note;
}

/** @param {string} url @param {string} alt @param {string} words */
function figure(url, alt, words) {
  const made = element("figure");
  const img = element("img");
  img.src = url;
  img.alt = alt;
  const caption = element("figcaption", "", words);
  const scale = element("span", "ta-heat");
  scale.setAttribute("aria-hidden", "true");
  const soft = "Purple is weak evidence, yellow strong; where the picture is plain there is little.";
  caption.append(scale, element("span", "ta-soft", soft));
  made.append(img, caption);
  return made;
}

// What a model says of many pictures: see answers.py. An answer's nodes are made once, when it first comes in sight, and
// stay as they are while others come.
/** @import { Bytes, Context } from "../common/model" */
/** @import { Answered, Ask, FromPython, Replied, ToPython, Traits } from "./protocol" */

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

var answers = { render };

export { answers as default };
