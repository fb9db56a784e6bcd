// Small pieces of a page. Text is set as text, never as HTML.

/**
 * A new element.
 * @param {string} tag @param {string} className @param {string} [text]
 */
export function made(tag, className, text) {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * The page's element of that id.
 * @param {string} id
 * @returns {any}
 */
export function the(id) {
  return document.getElementById(id);
}
