// What was dropped: files, and folders walked to the bottom.
/** @import { Given } from "./sending.js" */

/** @param {DataTransfer} transfer */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, path: file.name }));
  /** @type {Given[]} */
  const found = [];
  const walk = async (/** @type {FileSystemEntry} */ entry) => {
    if (isFile(entry)) {
      const file = await new Promise((/** @type {(file: File) => void} */ resolve, reject) => entry.file(resolve, reject));
      found.push({ file, path: entry.fullPath.replace(/^\//, "") });
      return;
    }
    const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
    for (;;) { // readEntries gives at most a hundred at a time
      const some = await new Promise((/** @type {(some: FileSystemEntry[]) => void} */ resolve, reject) => {
        reader.readEntries(resolve, reject);
      });
      if (!some.length) return;
      for (const child of some) await walk(child);
    }
  };
  for (const entry of entries) await walk(entry);
  return found;
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemFileEntry}
 */
function isFile(entry) {
  return entry.isFile;
}
