// The first picture has the focus when somebody arrives, so that its keys work at once: on the page, on its step, after
// a filter. Who walks through filters or types keeps the focus; in JupyterLab the page never takes it.
/** @import { Grid } from "./view.js" */

const PRESSES = ["Enter", " "];

/**
 * `arrive` when other pictures are in sight; `drop` ends it.
 * @param {Grid} grid
 */
export function watchArrival(grid) {
  let lastKey = "Enter"; // as if the page had been opened by it
  let wasShown = false;
  const note = (/** @type {KeyboardEvent} */ event) => { lastKey = event.key; };
  const press = () => { lastKey = "Enter"; };
  document.addEventListener("keydown", note, true);
  document.addEventListener("pointerdown", press, true);

  function isFree() {
    const at = document.activeElement;
    if (!at || at === document.body) return true;
    if (at.closest("dialog, input, textarea, [contenteditable]")) return false;
    if (at.matches("[role=application]:focus-visible")) return false; // a map that is walked by key has more keys
    return PRESSES.includes(lastKey) || !at.matches(":focus-visible");
  }

  function arrive() {
    const isPage = document.body.hasAttribute("data-voila");
    if (isPage && grid.order.length && grid.space.clientWidth && isFree()) grid.focus();
  }

  return {
    arrive,
    /** Whether there is room for the pictures may have changed. */
    measured() {
      const isShown = grid.space.clientWidth > 0 && grid.order.length > 0;
      if (isShown && !wasShown) arrive();
      wasShown = isShown;
    },
    drop() {
      document.removeEventListener("keydown", note, true);
      document.removeEventListener("pointerdown", press, true);
    },
  };
}
