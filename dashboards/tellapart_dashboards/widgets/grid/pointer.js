// Mouse and touch: click, double click, drag, long press.
/** @import { Grid } from "./view.js" */
/** @import { Point } from "./sheet.js" */
import { element, target } from "../common/elements.js";

const DRAG_PX = 6;
const LONG_PRESS_MS = 450;

/**
 * A press that may become a drag. position: of the tile below it, -1 for none; kept: what was chosen before and stays.
 * @typedef {{ point: Point, x: number, y: number, position: number, kept: number[], isDrag: boolean }} Press
 */

/**
 * @param {HTMLElement} space
 * @param {Grid} grid
 */
export function watchPointer(space, grid) {
  const { choice, sheet } = grid;
  let start = /** @type {Press | null} */ (null);
  let press = 0;
  let scroller = 0;
  let tapped = -1; // the key of the picture that was tapped last
  let isLooking = false;
  const rubber = element("div", "ta-rubber");
  const positionOf = (/** @type {Event} */ event) => {
    const tile = /** @type {HTMLElement | null | undefined} */ (target(event)?.closest(".ta-tile"));
    return tile ? Number(tile.dataset.position) : -1;
  };

  /**
   * @param {PointerEvent} event
   * @param {number} position
   */
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

  /**
   * @param {PointerEvent} event
   * @param {Press} from
   */
  function drag(event, from) {
    const now = sheet.point(event);
    const found = sheet.within(from.point, now, grid.order.length).map((position) => grid.order[position]);
    choice.keys = new Set([...from.kept, ...found]);
    const shift = sheet.shift;
    Object.assign(rubber.style, {
      left: `${Math.min(from.point.x, now.x)}px`,
      top: `${Math.min(from.point.y, now.y) + shift}px`,
      width: `${Math.abs(from.point.x - now.x)}px`,
      height: `${Math.abs(from.point.y - now.y)}px`,
    });
    grid.draw();
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} from
   */
  function scrollAtEdge(event, from) {
    cancelAnimationFrame(scroller);
    const bottom = window.innerHeight - grid.sheet.bar.offsetHeight;
    const speed = event.clientY < 40 ? -14 : event.clientY > bottom - 20 ? 14 : 0;
    if (!speed) return;
    const step = () => {
      sheet.scrollBy(speed);
      drag(event, from);
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
    const kept = isKeeping ? [...choice.keys] : [];
    start = { point: sheet.point(event), x: event.clientX, y: event.clientY, position, kept, isDrag: false };
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
      drag(event, start);
      scrollAtEdge(event, start);
    }
  });
  space.addEventListener("pointerup", (event) => {
    clearTimeout(press);
    const began = start;
    end();
    if (!began) return;
    if (began.isDrag) {
      if (choice.keys.size) choice.current = choice.anchor = grid.order.indexOf([...choice.keys][choice.keys.size - 1]);
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
