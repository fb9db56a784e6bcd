// An answer may come late: it leads only those further who have not gone elsewhere meanwhile.

/**
 * Whether the focus is in one of these places, or nowhere since what had it is gone.
 * @param {HTMLElement[]} places
 */
export function isStillIn(...places) {
  const at = document.activeElement;
  return !at || at === document.body || places.some((place) => place.contains(at));
}
