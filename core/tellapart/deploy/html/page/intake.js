// The ways in: choose, drop, paste, and the examples that the page carries.

import { the } from "./elements.js";

/** @param {(files: File[]) => void} take gets the files of each choice */
export function listenForFiles(take) {
  const input = the("files");
  the("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    give(Array.from(input.files));
    input.value = ""; // so that the same picture can be chosen again
  });
  let depth = 0; // of elements under the pointer that were entered and not left
  const mark = (isOver) => the("drop").classList.toggle("over", isOver);
  document.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) mark(++depth > 0);
  });
  document.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) mark(--depth > 0);
  });
  document.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    depth = 0;
    mark(false);
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser leaves the page to show the file
    give(Array.from(event.dataTransfer?.files ?? []));
  });
  document.addEventListener("paste", (event) => give(Array.from(event.clipboardData?.files ?? [])));

  for (const example of document.querySelectorAll("button.example")) {
    example.addEventListener("click", () => give([fileOf(/** @type {HTMLElement} */ (example))]));
  }

  /** @param {File[]} files */
  function give(files) {
    if (files.length > 0) take(files);
  }
}

/**
 * The picture of an example as a file, called what its button says. It stands in the page as base64.
 * @param {HTMLElement} example
 */
function fileOf(example) {
  const image = /** @type {HTMLImageElement} */ (example.querySelector("img"));
  const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (sign) => sign.charCodeAt(0));
  return new File([bytes], example.textContent ?? "", { type: "image/jpeg" });
}

/** @param {DragEvent} event */
function hasFiles(event) {
  return Array.from(event.dataTransfer?.types ?? []).includes("Files");
}
