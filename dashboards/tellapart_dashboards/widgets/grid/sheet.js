// Where every picture lies, and which are in sight: only those exist in the page. The window scrolls, or, in JupyterLab,
// the grid's own box. Taller than browsers allow (some stop at 17 million pixels), the sheet is drawn compressed.
/** @import { Size } from "./protocol" */

/** @typedef {{ x: number, y: number }} Point of the sheet */
/** @typedef {{ position: number, columns: number, row: number, below: number }} Held below: the upper edge, in pixels */

const MOST_PX = 12e6;
const GAP = 10;
const SIZES = { S: { px: 104, words: 46 }, M: { px: 136, words: 46 }, L: { px: 300, words: 88 } };
const PHONE = { S: 4, M: 3, L: 1 };

export class Sheet {
  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} space
   * @param {HTMLElement} bar
   */
  constructor(box, space, bar) {
    this.box = box;
    this.space = space;
    this.bar = bar;
    this.columns = 1;
    this.rows = 0;
    this.width = this.height = this.row = this.gap = 0; // of a tile, of a tile and the gap below, between tiles
    this.whole = this.shown = 0; // heights: the sheet's own, as drawn
    this.factor = 1;
    this.shownTop = this.shift = 0;
    this.isInner = !document.body.hasAttribute("data-voila");
    box.classList.toggle("ta-inner", this.isInner);
  }

  /**
   * Whether there is room to lay out at all: a page that is not in sight has none.
   * @param {number} count
   * @param {Size} size
   */
  measure(count, size) {
    const whole = this.space.clientWidth;
    if (!whole) return false;
    const { px, words } = SIZES[size];
    const isPhone = whole < 480;
    const gap = isPhone ? 8 : GAP;
    this.columns = isPhone ? PHONE[size] : Math.max(1, Math.floor((whole + gap) / (px + gap)));
    this.width = Math.floor((whole - gap * (this.columns - 1)) / this.columns);
    if (count < this.columns) this.width = Math.min(this.width, Math.round(px * 1.25));
    this.gap = gap;
    this.height = this.width + words;
    this.row = this.height + gap;
    this.rows = Math.ceil(count / this.columns);
    this.whole = Math.max(0, this.rows * this.row - gap);
    this.shown = Math.min(this.whole, MOST_PX);
    this.space.style.height = `${this.shown}px`;
    return true;
  }

  /** What is in sight, in the sheet's own measure. */
  view() {
    const at = this.space.getBoundingClientRect().top;
    const clip = this.isInner ? this.box.getBoundingClientRect() : { top: this.lid(), bottom: window.innerHeight };
    const height = clip.bottom - clip.top;
    this.factor = this.shown > height ? (this.whole - height) / (this.shown - height) : 1;
    this.shownTop = clip.top - at;
    const inside = Math.min(Math.max(this.shownTop, 0), Math.max(0, this.shown - height));
    this.shift = inside - inside * this.factor;
    return { top: this.shownTop - this.shift, height };
  }

  /** How far down the line of filters reaches, which stays in sight while the window scrolls. */
  lid() {
    return Math.max(0, this.box.closest(".ta")?.querySelector(".ta-lid")?.getBoundingClientRect().bottom ?? 0);
  }

  /**
   * Scroll so that `top`, in the sheet's own measure, is the upper edge of what is in sight.
   * @param {number} top
   * @param {number} height
   */
  scrollTo(top, height) {
    const last = this.whole - height;
    const beyond = top < 0 ? top : Math.max(0, top - Math.max(0, last));
    this.scrollBy((top - beyond) / this.factor + beyond - this.shownTop);
  }

  /**
   * [first, last) positions in sight, with `extra` rows more on both sides.
   * @param {number} count
   * @param {number} extra
   */
  range(count, extra) {
    const { top, height } = this.view();
    const first = Math.max(0, Math.floor(top / this.row) - extra);
    const last = Math.min(this.rows, Math.ceil((top + height) / this.row) + extra);
    return [Math.min(count, first * this.columns), Math.max(0, Math.min(count, last * this.columns))];
  }

  /**
   * What is to stay in sight when tiles get another size: the current position if it is there, else the first one; at the
   * top, that stays.
   * @param {number} current
   * @param {number} count
   * @returns {Held | null}
   */
  held(current, count) {
    const { top } = this.view();
    if (!this.rows || top <= 0) return null;
    const [first, last] = this.range(count, 0);
    const position = current >= first && current < last ? current : first;
    const { columns, row } = this;
    return { position, columns, row, below: Math.floor(position / columns) * row - top };
  }

  /** @param {Held | null} held */
  hold(held) {
    if (!held || (held.columns === this.columns && held.row === this.row)) return;
    const { height } = this.view();
    this.scrollTo(Math.floor(held.position / this.columns) * this.row - held.below, height);
    this.reveal(held.position);
  }

  /**
   * @param {HTMLElement} node
   * @param {number} position
   */
  place(node, position) {
    const x = (position % this.columns) * (this.width + this.gap);
    const y = Math.floor(position / this.columns) * this.row + this.shift;
    node.style.width = `${this.width}px`;
    node.style.height = `${this.height}px`;
    node.style.transform = `translate(${x}px, ${y}px)`;
  }

  /**
   * Scroll as little as needed for the position to be in sight, above the bar of buttons.
   * @param {number} position
   */
  reveal(position) {
    const { top, height } = this.view();
    const y = Math.floor(position / this.columns) * this.row;
    const room = height - this.bar.offsetHeight - 16;
    if (y < top) this.scrollTo(y - 8, height);
    else if (y + this.height > top + room) this.scrollTo(y + this.height - room, height);
  }

  /** @param {number} pixels */
  scrollBy(pixels) {
    (this.isInner ? this.box : window).scrollBy({ top: pixels, behavior: "instant" });
  }

  toTop() {
    const { top, height } = this.view();
    if (top > 0) this.scrollTo(this.isInner ? 0 : -60, height);
  }

  /**
   * Positions whose tile meets the rectangle between two points.
   * @param {Point} one
   * @param {Point} other
   * @param {number} count
   */
  within(one, other, count) {
    const step = this.width + this.gap;
    /** @type {(a: number, b: number, size: number, gap: number) => [number, number]} */
    const between = (a, b, size, gap) => [Math.floor((Math.min(a, b) + gap) / size), Math.floor(Math.max(a, b) / size)];
    const [left, right] = between(one.x, other.x, step, this.gap);
    const [upper, lower] = between(one.y, other.y, this.row, this.gap);
    /** @type {number[]} */
    const found = [];
    for (let row = Math.max(0, upper); row <= Math.min(lower, this.rows - 1); row += 1) {
      for (let column = Math.max(0, left); column <= Math.min(right, this.columns - 1); column += 1) {
        const position = row * this.columns + column;
        if (position < count) found.push(position);
      }
    }
    return found;
  }

  /**
   * A point of the screen in the sheet's measure.
   * @param {MouseEvent} event
   * @returns {Point}
   */
  point(event) {
    const at = this.space.getBoundingClientRect();
    return { x: event.clientX - at.left, y: event.clientY - at.top - this.shift };
  }
}
