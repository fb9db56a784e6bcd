// Where every picture lies, and which are in sight: only those exist in the page. The window scrolls, or, in JupyterLab,
// the grid's own box. Taller than browsers allow (some stop at 17 million pixels), the sheet is drawn compressed.
const MOST_PX = 12e6;
const GAP = 12;
const SIZES = { S: { px: 104, words: 46 }, M: { px: 158, words: 84 }, L: { px: 300, words: 84 } };
const PHONE = { S: 3, M: 2, L: 1 };

export class Sheet {
  constructor(box, space, bar) {
    Object.assign(this, { box, space, bar, columns: 1, width: 0, row: 0, rows: 0, factor: 1 });
    this.isInner = !document.body.hasAttribute("data-voila");
    box.classList.toggle("ta-inner", this.isInner);
  }

  // Whether there is room to lay out at all: a page that is not in sight has none.
  measure(count, size) {
    const whole = this.space.clientWidth;
    if (!whole) return false;
    const { px, words } = SIZES[size] ?? SIZES.M;
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

  // {top, height} of what is in sight, in the sheet's own measure
  view() {
    const at = this.space.getBoundingClientRect().top;
    const clip = this.isInner ? this.box.getBoundingClientRect() : { top: 0, bottom: window.innerHeight };
    const height = clip.bottom - clip.top;
    this.factor = this.shown > height ? (this.whole - height) / (this.shown - height) : 1;
    this.shownTop = clip.top - at;
    const inside = Math.min(Math.max(this.shownTop, 0), Math.max(0, this.shown - height));
    this.shift = inside - inside * this.factor;
    return { top: this.shownTop - this.shift, height };
  }

  // Scroll so that `top`, in the sheet's own measure, is the upper edge of what is in sight.
  scrollTo(top, height) {
    const last = this.whole - height;
    const beyond = top < 0 ? top : Math.max(0, top - Math.max(0, last));
    this.scrollBy((top - beyond) / this.factor + beyond - this.shownTop);
  }

  // [first, last) positions in sight, with `extra` rows more on both sides
  range(count, extra) {
    const { top, height } = this.view();
    const first = Math.max(0, Math.floor(top / this.row) - extra);
    const last = Math.min(this.rows, Math.ceil((top + height) / this.row) + extra);
    return [Math.min(count, first * this.columns), Math.max(0, Math.min(count, last * this.columns))];
  }

  place(node, position) {
    const x = (position % this.columns) * (this.width + this.gap);
    const y = Math.floor(position / this.columns) * this.row + this.shift;
    node.style.width = `${this.width}px`;
    node.style.height = `${this.height}px`;
    node.style.transform = `translate(${x}px, ${y}px)`;
  }

  // Scroll as little as needed for the position to be in sight, above the bar of buttons.
  reveal(position) {
    const { top, height } = this.view();
    const y = Math.floor(position / this.columns) * this.row;
    const room = height - this.bar.offsetHeight - 16;
    if (y < top) this.scrollTo(y - 8, height);
    else if (y + this.height > top + room) this.scrollTo(y + this.height - room, height);
  }

  scrollBy(pixels) {
    (this.isInner ? this.box : window).scrollBy({ top: pixels, behavior: "instant" });
  }

  toTop() {
    const { top, height } = this.view();
    if (top > 0) this.scrollTo(this.isInner ? 0 : -60, height);
  }

  // Positions whose tile meets the rectangle between two points {x, y} of the sheet.
  within(one, other, count) {
    const step = this.width + this.gap;
    const between = (a, b, size, gap) => [Math.floor((Math.min(a, b) + gap) / size), Math.floor(Math.max(a, b) / size)];
    const [left, right] = between(one.x, other.x, step, this.gap);
    const [upper, lower] = between(one.y, other.y, this.row, this.gap);
    const found = [];
    for (let row = Math.max(0, upper); row <= Math.min(lower, this.rows - 1); row += 1) {
      for (let column = Math.max(0, left); column <= Math.min(right, this.columns - 1); column += 1) {
        const position = row * this.columns + column;
        if (position < count) found.push(position);
      }
    }
    return found;
  }

  // A point of the screen in the sheet's measure.
  point(event) {
    const at = this.space.getBoundingClientRect();
    return { x: event.clientX - at.left, y: event.clientY - at.top - this.shift };
  }
}
