// The grid of the Clean page: this connects it with the page around it and with grid.py.
/** @import { Bytes, Context } from "../common/model" */
/** @import { FromPython, ToPython, Traits } from "./protocol" */
import { target } from "../common/elements.js";
import { oncePerFrame } from "../common/frames.js";
import { keydown } from "./keys.js";
import { Grid } from "./view.js";

/** @param {Context<Traits, ToPython, FromPython>} context */
function render({ model, el }) {
  const grid = new Grid(model, el);
  const load = oncePerFrame(() => grid.load());
  const receive = (/** @type {FromPython} */ message, /** @type {Bytes[]} */ buffers) => grid.receive(message, buffers);
  const redraw = () => grid.measure();
  const drawActs = () => grid.bars.drawActs();
  const enable = () => grid.bars.enable();
  const scrolled = () => {
    grid.near.closeHovered();
    grid.drawSoon();
  };
  // The arrows lead into the grid when nothing else has the focus; letters never do.
  const enter = (/** @type {KeyboardEvent} */ event) => {
    const isFree = document.activeElement === document.body && ["ArrowDown", "ArrowRight"].includes(event.key);
    if (!isFree || !grid.space.clientWidth || !grid.order.length || event.defaultPrevented) return;
    event.preventDefault();
    grid.go(grid.choice.current);
  };
  grid.root.addEventListener("keydown", (event) => {
    if (target(event)?.closest("button") && ["Enter", " "].includes(event.key)) return;
    keydown(event, grid);
  });
  grid.space.addEventListener("pointerover", (event) => grid.near.hover(event));
  grid.space.addEventListener("pointerleave", (event) => grid.near.hover(event));
  const observer = new ResizeObserver(redraw);
  observer.observe(grid.root);
  window.addEventListener("scroll", scrolled, { passive: true });
  grid.box.addEventListener("scroll", scrolled, { passive: true });
  document.addEventListener("keydown", enter);
  model.on("msg:custom", receive);
  model.on("change:order change:sheet", load.soon);
  model.on("change:size change:empty_text change:accessible_name", redraw);
  model.on("change:labels change:all_labels", drawActs);
  model.on("change:can_undo change:can_redo", enable);
  grid.load();
  return () => {
    observer.disconnect();
    [load, grid.frame].forEach((frame) => frame.cancel());
    [grid.asking, grid.again, grid.near.hovering].forEach(clearTimeout);
    window.removeEventListener("scroll", scrolled);
    document.removeEventListener("keydown", enter);
    grid.arrival.drop();
    for (const handler of [receive, load.soon, redraw, drawActs, enable]) model.off(null, null, handler);
    grid.store.forgetPictures();
  };
}

export default { render };
