// Presses beside a window.

/**
 * Whether the press was beside the dialog: one on its own edge comes from it as well.
 * @param {MouseEvent} event
 * @param {HTMLDialogElement} box
 */
export function isBeside(event, box) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  const isOutside = event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
  return event.target === box && isOutside;
}
