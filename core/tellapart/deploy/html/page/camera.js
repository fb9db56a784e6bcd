// The live camera: each frame is answered as soon as the one before it is.

import { showAnswer, verdict } from "./bars.js";
import { the } from "./elements.js";
import { cameraRefusal, counted } from "./words.js";

const SMOOTHED = 0.8; // of the rate shown
const SETTLED_MS = 1200; // an answer is said aloud when it has stayed that long

export class Camera {
  /**
   * @param {import("./classifier.js").Classifier} classifier @param {import("./bars.js").Classes} known
   * @param {(answer: import("./classifier.js").Answered) => void} keep gets the answer to a frame that is kept
   * @param {number} side of the thumbnail of such a frame, in pixels
   */
  constructor(classifier, known, keep, side) {
    this.side = side;
    this.classifier = classifier;
    this.known = known;
    this.keep = keep;
    /** @type {MediaStream | null} */
    this.stream = null;
    this.turn = 0; // of starts and stops: a camera that opens after the next one is let go
    this.facing = "environment";
    this.isWanted = false; // a thumbnail of the next frame
    this.nAnswers = 0;
    the("camera-start").addEventListener("click", () => this.start());
    the("camera-stop").addEventListener("click", () => this.stop());
    the("camera-keep").addEventListener("click", () => (this.isWanted = true));
    the("camera-turn").addEventListener("click", () => this.turn());
  }

  async start() {
    the("camera-refusal").textContent = "";
    const turn = ++this.turn;
    let stream;
    try {
      const video = { facingMode: { ideal: this.facing }, width: { ideal: 640 }, height: { ideal: 480 } };
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotSupportedError");
      stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      if (turn === this.turn) the("camera-refusal").textContent = cameraRefusal(error.name);
      return;
    }
    if (turn !== this.turn) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.stop());
    the("video").srcObject = stream;
    the("camera").hidden = false;
    the("camera-start").hidden = true;
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
    the("camera-turn").hidden = cameras.length < 2;
    await the("video").play().catch(() => undefined);
    if (turn !== this.turn) return;
    the("camera-stop").focus();
    this.follow(stream);
  }

  stop() {
    this.turn++;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    the("video").srcObject = null;
    the("camera").hidden = true;
    the("camera-start").hidden = false;
    the("camera-answer").replaceChildren();
    the("camera-start").focus();
  }

  async turn() {
    this.facing = this.facing === "environment" ? "user" : "environment";
    this.stop();
    await this.start();
  }

  /** @param {MediaStream} stream until which is stopped or another one runs */
  async follow(stream) {
    const video = the("video");
    let rate = 0;
    let spoken = "";
    let since = { text: "", at: 0 };
    let last = performance.now();
    while (this.stream === stream) {
      await nextFrame(video);
      if (document.hidden || video.videoWidth === 0) continue;
      const isKept = this.isWanted;
      let answer;
      try {
        answer = await this.classifier.classifyFrame(await createImageBitmap(video), isKept ? this.side : 0);
      } catch {
        continue; // the next frame may do
      }
      if (this.stream !== stream) return;
      this.nAnswers++;
      const now = performance.now();
      const current = 1000 / (now - last);
      rate = rate === 0 ? current : SMOOTHED * rate + (1 - SMOOTHED) * current;
      last = now;
      showAnswer(the("camera-answer"), answer, this.known);
      the("camera-rate").textContent = `${counted(Math.max(1, Math.round(rate)), "answer")} a second`;
      const { text } = verdict(answer, this.known);
      if (text !== since.text) since = { text, at: now };
      if (text !== spoken && now - since.at > SETTLED_MS) the("spoken").textContent = spoken = text;
      if (isKept) {
        this.isWanted = false;
        this.keep(answer);
      }
    }
  }
}

/** @param {HTMLVideoElement} video */
function nextFrame(video) {
  return new Promise((resolve) => {
    const slow = setTimeout(resolve, 250); // a hidden page gets no frames, a broken camera none either
    const done = () => {
      clearTimeout(slow);
      resolve(undefined);
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(done);
    else requestAnimationFrame(done);
  });
}
