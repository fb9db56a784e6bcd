// What a model says of the camera's picture, drawn on it: each frame is sent once the one before it is answered, so the
// newest is always the next one. Nothing is sent while the page is hidden.
/** @import { Answer, FromPython, Send, Traits, ToPython } from "./protocol" */
/** @import { Model } from "../common/model" */
import { element } from "../common/elements.js";

const QUALITY = 0.85;
const SETTLED_MS = 1200; // an answer is said aloud when it has stayed that long
const REST_MS = 300; // after a frame that nobody answered, or while the page is hidden
const SMOOTHED = 0.8; // of the rate shown

export class Live {
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
