// The camera: see webcam.py for the messages. A press takes one picture, holding takes a burst.
/** @import { Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */
import { button, element } from "../common/elements.js";
import { isStillIn } from "../common/focus.js";
import { Live } from "./live.js";

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

export default { render };
