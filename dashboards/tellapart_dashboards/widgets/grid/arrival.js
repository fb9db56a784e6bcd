// The first picture has the focus when somebody arrives, so that its keys work at once: on the page, on its step, after
// a filter. Who walks through filters or types keeps the focus, and who is about to choose something else: pictures come
// late on a busy computer. In JupyterLab the page never takes it.
/** @import { Grid } from "./view.js" */

const PRESSES = ["Enter", " "];
const CHOSEN_LATER = "select, [role=application]"; // than it is pressed: a list, and a map; both then say "change"
const BEGINNINGS = ["pointerdown", "keydown", "focusin"];

/**
 * `arrive` when other pictures are in sight; `drop` ends it.
 * @param {Grid} grid
 */
export function watchArrival(grid) {
  let lastKey = "Enter"; // as if the page had been opened by it
  let chosenAt = /** @type {EventTarget | null} */ (null); // by what was done last, in a list or on a map
  let wasShown = false;
  const note = (/** @type {KeyboardEvent} */ event) => { lastKey = event.key; };
  const press = () => { lastKey = "Enter"; };
  const begin = () => { chosenAt = null; };
  const choose = (/** @type {Event} */ event) => { chosenAt = event.target; };
  document.addEventListener("keydown", note, true);
  document.addEventListener("pointerdown", press, true);
  document.addEventListener("change", choose, true);
  BEGINNINGS.forEach((name) => document.addEventListener(name, begin, true));

  function isFree() {
    const at = document.activeElement;
    if (!at || at === document.body) return true;
    if (at.closest("dialog, input, textarea, [contenteditable]")) return false;
    if (at.matches(CHOSEN_LATER) && at !== chosenAt) return false;
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
      document.removeEventListener("change", choose, true);
      BEGINNINGS.forEach((name) => document.removeEventListener(name, begin, true));
    },
  };
}
