// The worker as the page sees it: pictures in, answers out, one after the other.

/**
 * @typedef {{probabilities: number[], novelty: number, ms: number, thumbnail: Blob | null}} Answered
 * @typedef {{code: string, format: string}} Refused
 */

export class Classifier {
  /**
   * @param {string} script of the worker @param {object} opening what it opens with
   * @param {(code: string) => void} isBroken called when it cannot work, with the reason's code
   */
  constructor(script, opening, isBroken) {
    /** @type {Map<number, {resolve: (answer: Answered) => void, reject: (why: Refused) => void}>} */
    this.waiting = new Map();
    this.lastId = 0;
    this.worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    /** @type {Promise<void>} */
    this.ready = new Promise((resolve) => {
      this.worker.onmessage = ({ data }) => {
        if (data.kind === "ready") resolve();
        else if (data.kind === "broken") isBroken(data.code);
        else this.settle(data);
      };
    });
    this.worker.onerror = () => {
      isBroken("not-started");
      for (const { reject } of this.waiting.values()) reject({ code: "failed", format: "" });
      this.waiting.clear();
    };
    this.worker.postMessage({ kind: "open", ...opening });
  }

  /**
   * What is in a file. side: of the thumbnail, in pixels.
   * @param {File} file @param {number} side
   * @returns {Promise<Answered>} rejected with a `Refused`
   */
  classifyFile(file, side) {
    return this.ask({ kind: "file", file, side }, []);
  }

  /**
   * What is in a picture of the camera, which is used up.
   * @param {ImageBitmap} bitmap @param {number} side
   * @returns {Promise<Answered>} rejected with a `Refused`
   */
  classifyFrame(bitmap, side) {
    return this.ask({ kind: "frame", bitmap, side }, [bitmap]);
  }

  /** @param {object} question @param {Transferable[]} moved */
  ask(question, moved) {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...question, id }, moved);
    });
  }

  /** @param {any} data */
  settle(data) {
    const who = this.waiting.get(data.id);
    this.waiting.delete(data.id);
    if (data.kind === "answer") who?.resolve(data);
    else who?.reject(data);
  }
}
