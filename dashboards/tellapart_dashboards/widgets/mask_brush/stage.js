// The picture with what lies over it: where the mouse, a finger, a pen or the keys point, and lines painted with them.
import { element } from "../common/elements.js";

const MOST_LARGER = 8; // how much larger a small picture is shown

/**
 * What the stage tells: a line to be painted, its end, a place that is pointed at; and asks.
 * @typedef {{ x: number, y: number }} Point in pixels of the mask
 * @typedef {{
 *   isPainting: () => boolean, size: () => number, line: (from: Point, to: Point) => void, end: () => void,
 *   pointAt: (point: Point) => void,
 * }} Tool
 */

export class Stage {
  /**
   * @param {Tool} tool
   * @param {HTMLCanvasElement} canvas
   */
  constructor(tool, canvas) {
    this.tool = tool;
    this.width = this.height = 1;
    this.zoom = 1;
    this.cursor = { x: 0.5, y: 0.5 };
    this.pointer = /** @type {number | null} */ (null); // the one that paints
    this.isKeyDown = false; // space paints as long as it is held
    this.root = element("div", "ta-mask-stage");
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "application");
    this.sheet = element("div", "ta-mask-sheet");
    this.picture = element("img");
    this.picture.draggable = false;
    this.brush = element("div", "ta-mask-cursor");
    this.brush.setAttribute("aria-hidden", "true");
    this.sheet.append(this.picture, canvas, this.brush);
    this.root.append(this.sheet);
    this.watchPointer();
    this.watchKeys();
  }

  /**
   * Show a picture of this size.
   * @param {number} width
   * @param {number} height
   * @param {string} url of the picture
   * @param {string} name
   */
  show(width, height, url, name) {
    if (width !== this.width || height !== this.height) this.cursor = { x: Math.floor(width / 2) + 0.5, y: Math.floor(height / 2) + 0.5 };
    this.width = width;
    this.height = height;
    this.picture.onload = () => URL.revokeObjectURL(url);
    this.picture.src = url;
    this.picture.alt = name;
    this.sheet.style.aspectRatio = `${width} / ${height}`;
    this.resize(this.zoom);
  }

  /** @param {number} zoom 1: as large as there is room */
  resize(zoom) {
    this.zoom = zoom;
    this.root.style.setProperty("--ta-mask-zoom", String(zoom));
    this.root.style.setProperty("--ta-mask-wide", `${this.width * MOST_LARGER}px`);
    this.root.style.setProperty("--ta-mask-shape", String(this.width / this.height));
    this.drawCursor();
  }

  drawCursor() {
    const { width, height, cursor, brush } = this;
    const size = this.tool.isPainting() ? this.tool.size() : 1;
    this.root.classList.toggle("ta-painting", this.tool.isPainting());
    brush.style.left = `${(100 * cursor.x) / width}%`;
    brush.style.top = `${(100 * cursor.y) / height}%`;
    brush.style.width = `${(100 * size) / width}%`;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const box = this.sheet.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.width,
      y: ((event.clientY - box.top) / box.height) * this.height,
    };
  }

  /** @param {Point} point */
  go(point) {
    this.cursor = {
      x: Math.min(Math.max(point.x, 0), this.width - 0.01),
      y: Math.min(Math.max(point.y, 0), this.height - 0.01),
    };
    this.drawCursor();
    this.tool.pointAt(this.cursor);
  }

  watchPointer() {
    const { sheet, tool } = this;
    let last = this.cursor;
    sheet.addEventListener("pointerdown", (event) => {
      this.go(this.point(event));
      if (!tool.isPainting() || this.pointer !== null || event.button !== 0) return;
      event.preventDefault();
      this.root.focus({ preventScroll: true });
      sheet.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      last = this.point(event);
      tool.line(last, last);
    });
    sheet.addEventListener("pointermove", (event) => {
      if (this.pointer !== null && event.pointerId !== this.pointer) return; // a second finger
      if (this.pointer !== null) {
        const all = event.getCoalescedEvents?.() ?? [];
        for (const one of all.length ? all : [event]) {
          const now = this.point(one);
          tool.line(last, now);
          last = now;
        }
      }
      this.go(this.point(event));
    });
    for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
      sheet.addEventListener(name, (event) => {
        if (event.pointerId !== this.pointer) return;
        this.pointer = null;
        tool.end();
      });
    }
  }

  watchKeys() {
    const { root, tool } = this;
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const way = ways[event.key];
      if (way) {
        const from = this.cursor;
        const step = event.shiftKey || !tool.isPainting() ? 1 : Math.max(1, Math.round(tool.size() / 2));
        this.go({ x: from.x + step * way[0], y: from.y + step * way[1] });
        if (this.isKeyDown) tool.line(from, this.cursor);
        this.brush.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else if (event.key === " " && tool.isPainting()) {
        if (!this.isKeyDown) tool.line(this.cursor, this.cursor);
        this.isKeyDown = true;
      } else if (event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
    });
    const release = () => {
      if (!this.isKeyDown) return;
      this.isKeyDown = false;
      tool.end();
    };
    root.addEventListener("keyup", (event) => event.key === " " && release());
    root.addEventListener("blur", release);
  }
}
