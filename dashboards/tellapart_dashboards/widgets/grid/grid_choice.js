// Which pictures are chosen, and which one is current. Chosen are keys, so those still there survive a new ranking.
const DRAG_PX = 6;
const LONG_PRESS_MS = 450;

export class Choice {
  constructor() {
    this.keys = new Set();
    this.current = 0; // position
    this.anchor = 0;
    this.isChoosing = false; // by touch: a tap adds or takes away
    this.isLost = false; // all that was chosen has left the page, and nobody has gone on since
  }

  // Only those stay chosen that are there.
  keep(there) {
    for (const key of this.keys) if (!there.has(key)) this.keys.delete(key);
    if (this.keys.size) return;
    this.isChoosing = false;
    this.isLost = true;
  }

  clear() {
    this.keys.clear();
    this.isLost = false;
    this.isChoosing = false;
  }

  toggle(key) {
    if (!this.keys.delete(key)) this.keys.add(key);
    this.isLost = false;
    if (!this.keys.size) this.isChoosing = false;
  }

  // From the anchor to the current one, in the order on the page.
  span(order) {
    this.keys.clear();
    const [from, to] = [Math.min(this.anchor, this.current), Math.max(this.anchor, this.current)];
    for (let i = from; i <= to; i += 1) this.keys.add(order[i]);
  }
}

// Mouse and touch: click, double click, drag, long press. `grid` has order, choice, sheet, draw, go, look.
export function watchPointer(space, grid) {
  const { choice, sheet } = grid;
  let start = null;
  let press = 0;
  let scroller = 0;
  let tapped; // the key of the picture that was tapped last
  let isLooking = false;
  const rubber = element("div", "ta-rubber");
  const positionOf = (event) => {
    const tile = event.target.closest?.(".ta-tile");
    return tile ? Number(tile.dataset.position) : -1;
  };

  function tap(event, position) {
    const key = grid.order[position];
    const isAdding = event.ctrlKey || event.metaKey || (event.pointerType === "touch" && choice.isChoosing);
    isLooking = event.pointerType === "touch" && key === tapped && !choice.isChoosing;
    tapped = key;
    choice.current = position;
    if (event.shiftKey) choice.span(grid.order);
    else {
      choice.anchor = position;
      if (isAdding) choice.toggle(key);
      else choice.keys = new Set(event.pointerType === "touch" ? [] : [key]);
    }
    grid.go(position);
  }

  function drag(event) {
    const now = sheet.point(event);
    const found = sheet.within(start.point, now, grid.order.length).map((position) => grid.order[position]);
    choice.keys = new Set([...start.kept, ...found]);
    const shift = sheet.shift;
    Object.assign(rubber.style, {
      left: `${Math.min(start.point.x, now.x)}px`,
      top: `${Math.min(start.point.y, now.y) + shift}px`,
      width: `${Math.abs(start.point.x - now.x)}px`,
      height: `${Math.abs(start.point.y - now.y)}px`,
    });
    grid.draw();
  }

  function scrollAtEdge(event) {
    cancelAnimationFrame(scroller);
    const bottom = window.innerHeight - grid.sheet.bar.offsetHeight;
    const speed = event.clientY < 40 ? -14 : event.clientY > bottom - 20 ? 14 : 0;
    if (!speed || !start?.isDrag) return;
    const step = () => {
      sheet.scrollBy(speed);
      drag(event);
      scroller = requestAnimationFrame(step);
    };
    scroller = requestAnimationFrame(step);
  }

  function end() {
    clearTimeout(press);
    cancelAnimationFrame(scroller);
    rubber.remove();
    start = null;
  }

  space.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const position = positionOf(event);
    const isKeeping = event.ctrlKey || event.metaKey || event.shiftKey;
    start = { point: sheet.point(event), x: event.clientX, y: event.clientY, position, kept: isKeeping ? [...choice.keys] : [] };
    if (event.pointerType === "touch" && position >= 0) {
      press = setTimeout(() => {
        choice.isChoosing = true;
        choice.toggle(grid.order[position]);
        choice.current = choice.anchor = position;
        start = null; // the tap that follows is part of it
        grid.draw();
        grid.announce(`${choice.keys.size} selected. Tap more, then decide below.`);
      }, LONG_PRESS_MS);
    }
  });
  space.addEventListener("pointermove", (event) => {
    if (!start) return;
    const isFar = Math.hypot(event.clientX - start.x, event.clientY - start.y) > DRAG_PX;
    if (isFar) clearTimeout(press);
    if (event.pointerType === "touch") {
      if (isFar) start = null; // scrolling
      return;
    }
    if (isFar && !start.isDrag) {
      start.isDrag = true;
      space.setPointerCapture(event.pointerId);
      space.append(rubber);
    }
    if (start.isDrag) {
      drag(event);
      scrollAtEdge(event);
    }
  });
  space.addEventListener("pointerup", (event) => {
    clearTimeout(press);
    const began = start;
    end();
    if (!began) return;
    if (began.isDrag) {
      if (choice.keys.size) choice.current = choice.anchor = grid.order.indexOf([...choice.keys].at(-1));
      grid.go(choice.current, { isQuiet: true });
      grid.announce(`${choice.keys.size} selected`);
    } else if (began.position >= 0 && began.position === positionOf(event)) tap(event, began.position);
    else if (began.position < 0 && !event.shiftKey) {
      choice.clear();
      grid.draw();
    }
  });
  // A second tap opens the picture: with its click, or that would press what comes to lie under the finger.
  space.addEventListener("click", () => {
    if (isLooking) grid.look();
    isLooking = false;
  });
  space.addEventListener("pointercancel", end);
  space.addEventListener("contextmenu", (event) => {
    if (choice.isChoosing) event.preventDefault(); // the long press of a finger
  });
  space.addEventListener("dblclick", (event) => {
    if (positionOf(event) >= 0) grid.look();
  });
}

// Keys: walking and choosing here, decisions by name in `grid.act`.
const ACTS = {
  k: "keep", d: "remove", Delete: "remove", s: "not sure", x: "none of these", r: "relabel", u: "undo", n: "near",
  t: "tidy", "?": "help", Enter: "look",
};

export function keydown(event, grid) {
  const { choice, sheet } = grid;
  const last = grid.order.length - 1;
  if (event.altKey || last < 0) return;
  const isControl = event.ctrlKey || event.metaKey;
  const page = Math.max(1, Math.floor(sheet.view().height / sheet.row) - 1) * sheet.columns;
  const steps = {
    ArrowRight: 1, ArrowLeft: -1, ArrowDown: sheet.columns, ArrowUp: -sheet.columns,
    PageDown: page, PageUp: -page, Home: -last, End: last,
  };
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.key in steps) {
    const to = Math.min(Math.max(choice.current + steps[event.key], 0), last);
    if (event.shiftKey) {
      choice.current = to;
      choice.span(grid.order);
    } else {
      choice.anchor = to;
      if (!isControl) choice.clear();
    }
    grid.go(to);
  } else if (event.key === " " && (isControl || choice.keys.size)) {
    choice.toggle(grid.order[choice.current]);
    choice.anchor = choice.current;
    grid.draw();
    grid.announce(`${choice.keys.size} selected`);
  } else if (event.key === " ") grid.act("look");
  else if (letter === "a") grid.act("all");
  else if ((isControl && letter === "y") || (letter === "z" && isControl && event.shiftKey)) grid.act("redo");
  else if (isControl && letter === "z") grid.act("undo");
  else if (isControl) return;
  else if (letter === "u" && event.shiftKey) grid.act("redo");
  else if (event.key === "Escape") {
    if (!choice.keys.size) return; // a dialog or JupyterLab may want it
    choice.clear();
    grid.draw();
    grid.announce("none selected");
  } else if (event.key >= "1" && event.key <= "9") {
    const label = grid.labels[Number(event.key) - 1];
    if (label === undefined) return;
    grid.act("relabel", label);
  } else if (letter in ACTS) grid.act(ACTS[letter]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
