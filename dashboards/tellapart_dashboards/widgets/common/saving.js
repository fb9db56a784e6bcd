// Files that the browser saves.
import { element } from "./elements.js";

const ADDRESS_MS = 60000; // long enough for a browser to have taken the file

/**
 * Have the browser save this where it saves downloads.
 * @param {string} name
 * @param {Blob} content
 */
export function saveFile(name, content) {
  const link = element("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_MS);
}
