// Built by `make widgets` from webcam/webcam.js and the modules it imports: change those, not this file.
// fee971e54114055605a695ac2020a85253da0ae60f6a2b6c0f27257d0193a881

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

// An answer may come late: it leads only those further who have not gone elsewhere meanwhile.

/**
 * Whether the focus is in one of these places, or nowhere since what had it is gone.
 * @param {HTMLElement[]} places
 */
function isStillIn(...places) {
  const at = document.activeElement;
  return !at || at === document.body || places.some((place) => place.contains(at));
}

// What a model says of the camera's picture, drawn on it: each frame is sent once the one before it is answered, so the
// newest is always the next one. Nothing is sent while the page is hidden.
/** @import { Answer, FromPython, Send, Traits, ToPython } from "./protocol" */
/** @import { Model } from "../common/model" */

const QUALITY = 0.85;
const SETTLED_MS = 1200; // an answer is said aloud when it has stayed that long
const REST_MS = 300; // after a frame that nobody answered, or while the page is hidden
const SMOOTHED = 0.8; // of the rate shown

class Live {
  /**
   * @param {Model<Traits, ToPython, FromPython>} model
   * @param {HTMLVideoElement} video
   * @param {(longestPx: number, quality: number) => Promise<ArrayBuffer | null>} frame
   * @param {Send} send
   */
  constructor(model, video, frame, send) {
    this.model = model;
    this.video = video;
    this.frame = frame;
    this.send = send;
    this.stream = /** @type {MediaStream | null} */ (null);
    this.n = 0;
    this.root = element("div", "ta-live");
    this.root.hidden = true;
    this.text = element("b", "ta-livetext");
    this.more = element("span", "ta-livemore");
    this.rate = element("small", "ta-liverate");
    this.spoken = element("span", "ta-liveheard");
    this.spoken.setAttribute("role", "status");
    const drawn = element("div", "ta-liveline");
    drawn.setAttribute("aria-hidden", "true"); // it changes too often to be read aloud
    drawn.append(this.text, this.more, this.rate);
    this.root.append(drawn, this.spoken);
  }

  /** @param {MediaStream} stream until which is stopped or another one runs */
  async start(stream) {
    this.stream = stream;
    let rate = 0;
    let spoken = "";
    let since = { text: "", at: 0 };
    let last = performance.now();
    while (this.stream === stream) {
      if (document.hidden || !this.video.videoWidth) {
        await rest();
        last = performance.now();
        continue;
      }
      const answer = await this.ask();
      if (this.stream !== stream) return;
      if (!answer) {
        await rest();
        continue;
      }
      const now = performance.now();
      rate = rate ? SMOOTHED * rate + (1 - SMOOTHED) * (1000 / (now - last)) : 1000 / (now - last);
      last = now;
      this.show(answer);
      this.rate.textContent = `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second`;
      if (answer.text !== since.text) since = { text: answer.text, at: now };
      if (answer.text !== spoken && now - since.at > SETTLED_MS) this.spoken.textContent = spoken = answer.text;
      await nextFrame(this.video);
    }
  }

  async ask() {
    const jpeg = await this.frame(this.model.get("frame_px"), QUALITY);
    if (!jpeg) return null;
    this.n += 1;
    const answer = await this.send({ t: "frame", n: `frame ${this.n}` }, [jpeg]);
    return answer?.t === "answer" && answer.text ? answer : null;
  }

  /** @param {Answer} answer */
  show(answer) {
    this.root.hidden = false;
    this.root.classList.toggle("ta-unsure", !answer.is_sure);
    const [first, ...others] = answer.shares;
    this.text.textContent = first ? `${answer.text} ${first[1]}` : answer.text;
    this.more.textContent = answer.closest ? `closest: ${answer.closest}` : others.map(([label, text]) => `${label} ${text}`).join(" · ");
  }

  stop() {
    this.stream = null;
    this.root.hidden = true;
    this.text.textContent = this.more.textContent = this.rate.textContent = this.spoken.textContent = "";
  }
}

const rest = () => new Promise((resolve) => { setTimeout(resolve, REST_MS); });

/**
 * The camera has another picture; a broken one never has.
 * @param {HTMLVideoElement} video
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    const slow = setTimeout(resolve, 250);
    const done = () => {
      clearTimeout(slow);
      resolve(undefined);
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(done);
    else requestAnimationFrame(done);
  });
}

// The camera: see webcam.py for the messages. A press takes one picture, holding takes a burst.
/** @import { Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */

const HOLD_MS = 450; // a press that lasts longer is a burst
const ANSWER_MS = 10000;

/**
 * Why there is no picture from the camera, and what to do.
 * @param {Error} error
 */
function reasonOf(error) {
  if (!navigator.mediaDevices?.getUserMedia) {
    return "This page cannot use a camera: browsers allow it only over https, or on the computer itself "
      + "(127.0.0.1). Take the pictures with a phone or another program and drop them here instead.";
  }
  const reasons = /** @type {Record<string, string>} */ ({
    NotAllowedError: "Camera access is blocked. Allow it next to this page's address and press the button again, or "
      + "drop pictures instead.",
    NotFoundError: "No camera was found. Plug one in and press the button again, or drop pictures instead.",
    NotReadableError: "The camera is in use by another program. Close that program and press the button again, or drop "
      + "pictures instead.",
    OverconstrainedError: "This camera cannot be opened. Choose another one, or drop pictures instead.",
  });
  return reasons[error.name] ?? `The camera cannot be opened (${error.message || error}). Drop pictures here instead.`;
}

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-webcam");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Camera");
  const open = button("ta-action", "Use the camera");
  const stage = element("div", "ta-stage");
  stage.hidden = true;
  const video = element("video");
  video.muted = true;
  video.playsInline = true;
  video.setAttribute("aria-label", "What the camera sees");
  const flash = element("div", "ta-flash");
  const line = element("div", "ta-keys");
  const shutter = button("ta-action ta-shutter", "Take a picture");
  shutter.title = "Press for one picture, hold for many";
  const choice = element("select");
  choice.setAttribute("aria-label", "Which camera");
  const close = button("ta-choose", "Close the camera");
  const status = element("p", "ta-status");
  status.setAttribute("role", "status");
  const live = new Live(model, video, frame, send);
  stage.append(video, flash, live.root);
  line.append(shutter, choice, close);
  line.hidden = true;
  root.append(open, stage, line, status);
  el.append(root);

  let stream = /** @type {MediaStream | null} */ (null);
  let turn = 0; // of starts and ends: a camera that opens after the next one is let go
  let taken = 0;
  let timer = 0;
  let held = /** @type {{ isBurst: boolean } | null} */ (null); // the press of the shutter that lasts
  // by the number of a shot, what takes the answer
  const waiting = /** @type {Map<number | string, (answer: FromPython) => void>} */ (new Map());

  const say = (/** @type {string} */ text) => { status.textContent = text; };
  const label = () => model.get("label").trim();
  const isReady = () => !model.get("needs_label") || Boolean(label());

  function labelChanged() {
    shutter.disabled = !isReady();
    shutter.textContent = label() ? `Take a picture of “${label()}”` : "Take a picture";
    if (stream && !isReady()) say("Enter a label above first.");
    else if (stream && !taken) {
      say("Press for one picture, hold for many.");
      status.append(element("span", "ta-webcam-hint", " Space and Enter work too."));
    }
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    live.stop();
    video.srcObject = null;
    stage.hidden = line.hidden = true;
    open.hidden = false;
  }

  /** @param {string} [deviceId] */
  async function start(deviceId) {
    const mine = ++turn;
    say("Opening the camera …");
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new TypeError("no camera");
      const wish = { width: { ideal: 1280 }, height: { ideal: 960 } };
      const next = await navigator.mediaDevices.getUserMedia({
        video: deviceId ? { ...wish, deviceId: { exact: deviceId } } : { ...wish, facingMode: "environment" },
      });
      if (mine !== turn) {
        next.getTracks().forEach((one) => one.stop());
        return;
      }
      stop();
      stream = next;
      const [track] = next.getVideoTracks();
      track.addEventListener("ended", () => { stop(); say("The camera was unplugged."); });
      video.srcObject = stream;
      await video.play();
      stage.hidden = line.hidden = false;
      open.hidden = true;
      await listCameras(track);
      if (mine !== turn) return;
      say("");
      labelChanged();
      if (model.get("is_live")) live.start(next);
      if (isStillIn(root)) shutter.focus();
    } catch (error) {
      if (mine !== turn) return;
      stop();
      say(reasonOf(/** @type {Error} */ (error)));
    }
  }

  /** @param {MediaStreamTrack} track of the camera in use */
  async function listCameras(track) {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
    const current = track.getSettings().deviceId;
    choice.hidden = cameras.length < 2;
    choice.replaceChildren(...cameras.map((camera, i) => {
      const option = element("option", "", camera.label || `Camera ${i + 1}`);
      option.value = camera.deviceId;
      option.selected = camera.deviceId === current;
      return option;
    }));
  }

  /**
   * What the camera sees as a JPEG, or null where it sees nothing yet.
   * @param {number} longestPx
   * @param {number} quality
   * @returns {Promise<ArrayBuffer | null>}
   */
  async function frame(longestPx, quality) {
    const scale = Math.min(1, longestPx / Math.max(video.videoWidth, video.videoHeight));
    const canvas = element("canvas");
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const blob = /** @type {Blob | null} */ (
      await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); })
    );
    return blob && blob.arrayBuffer();
  }

  /**
   * The answer, or null after a silence.
   * @param {ToPython} content
   * @param {ArrayBuffer[]} buffers
   * @returns {Promise<FromPython | null>}
   */
  function send(content, buffers) {
    return new Promise((resolve) => {
      const giveUp = setTimeout(() => { waiting.delete(content.n); resolve(null); }, ANSWER_MS);
      waiting.set(content.n, (answer) => { clearTimeout(giveUp); waiting.delete(content.n); resolve(answer); });
      model.send(content, undefined, buffers);
    });
  }

  const onMessage = (/** @type {FromPython} */ message) => waiting.get(message.n)?.(message);
  model.on("msg:custom", onMessage);

  /**
   * Whether a picture was taken and kept.
   * @param {boolean} isLast
   */
  async function shoot(isLast) {
    if (!stream || !isReady()) return false;
    flash.classList.remove("ta-on");
    void flash.offsetWidth; // begins the animation anew
    flash.classList.add("ta-on");
    taken += 1;
    /** @type {ToPython} */
    const shot = { t: "shot", n: taken, label: label(), is_last: isLast };
    const picture = await frame(model.get("longest_px"), 0.92);
    if (!picture) {
      say("The camera gave no picture. Try again.");
      return false;
    }
    const answer = await send(shot, [picture]);
    if (answer?.t === "refused") say(answer.reason);
    else if (!answer) say("The page gets no answer. Reload it and try again.");
    else if (answer.t === "kept") say(`${taken} ${taken === 1 ? "picture" : "pictures"} taken${label() ? `, the last of “${label()}”` : ""}.`);
    return answer?.t === "kept";
  }

  /** @param {{ isBurst: boolean }} press */
  async function burst(press) {
    while (held === press && await shoot(false)) {
      await new Promise((resolve) => { setTimeout(resolve, model.get("burst_ms")); });
    }
    await send({ t: "shot", n: `end ${taken}`, label: label(), is_last: true }, []);
  }

  // No press waits for the answer to the one before: on a slow computer that would be a press for nothing.
  function press() {
    if (held || shutter.disabled) return;
    const begun = { isBurst: false };
    held = begun;
    timer = setTimeout(() => {
      begun.isBurst = true;
      burst(begun);
    }, HOLD_MS);
  }

  function release() {
    const ended = held;
    held = null;
    clearTimeout(timer);
    if (ended && !ended.isBurst) shoot(true); // a burst ends itself
  }

  const isKey = (/** @type {KeyboardEvent} */ event) => event.key === " " || event.key === "Enter";
  shutter.addEventListener("pointerdown", (event) => { shutter.setPointerCapture(event.pointerId); press(); });
  shutter.addEventListener("pointerup", release);
  shutter.addEventListener("pointercancel", release);
  shutter.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is a burst
  shutter.addEventListener("keydown", (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) press();
  });
  shutter.addEventListener("keyup", (event) => { if (isKey(event)) { event.preventDefault(); release(); } });
  shutter.addEventListener("blur", release);
  open.addEventListener("click", () => start());
  choice.addEventListener("change", () => start(choice.value));
  close.addEventListener("click", () => { turn++; stop(); say(""); open.focus(); });
  model.on("change:label", labelChanged);
  labelChanged();
  return () => {
    held = null;
    clearTimeout(timer);
    turn++;
    stop();
    model.off("msg:custom", onMessage);
    model.off("change:label", labelChanged);
  };
}

var webcam = { render };

export { webcam as default };
