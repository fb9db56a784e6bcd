// Every sentence of the page that depends on what happened.

const FORMATS = {
  jpeg: "JPEG", png: "PNG", gif: "GIF", webp: "WebP", bmp: "BMP", tiff: "TIFF", avif: "AVIF", heic: "HEIC",
  ppm: "PPM", pdf: "PDF", svg: "SVG drawing", film: "film",
};

/**
 * A fraction as people read it: "97 %".
 * @param {number} fraction
 */
export function percent(fraction) {
  const value = 100 * fraction;
  if (value > 0 && value < 0.5) return "< 1 %";
  return value < 100 && value >= 99.5 ? "> 99 %" : `${Math.round(value)} %`;
}

/**
 * "1 picture", "2 pictures".
 * @param {number} n @param {string} noun
 */
export function counted(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

/**
 * Why a file has no answer, and what to do.
 * @param {string} code @param {string} kind
 */
export function refusal(code, kind) {
  const format = FORMATS[kind] ?? "";
  switch (code) {
    case "empty":
      return "The file is empty.";
    case "unreadable":
      return "The file cannot be read. If it is a folder, open it and choose the pictures inside.";
    case "too-many-bytes":
      return "The file is larger than 200 MB. Make the picture smaller and try again.";
    case "too-many-pixels":
      return "The picture has too many pixels for this browser. Make it smaller and try again.";
    case "not-a-picture":
      return format === "" ? "This is not a picture." : `A ${format} is not a picture. Save a picture of it as PNG or JPEG.`;
    case "not-decoded":
      return ["heic", "tiff", "ppm", "avif"].includes(kind)
        ? `This browser cannot open ${format} pictures. Save it as JPEG and try again.`
        : `The ${format} picture is damaged. Save it again, or take another copy.`;
    default:
      return "Something went wrong with this picture. Reload the page and try again, or take another picture.";
  }
}

/**
 * Why the page cannot work here, and what to do.
 * @param {string} code
 */
export function obstacle(code) {
  switch (code) {
    case "old-browser":
      return "This browser is too old for the page. Open it with a current Chrome, Edge, Firefox or Safari.";
    case "pixels":
      return "This browser hides the pixels of pictures from pages, so nothing can be classified. "
        + "Turn off its protection against fingerprinting for this page, or open it with another browser.";
    case "answers":
      return "This browser computes other answers than the classifier was made with, so none are shown. "
        + "Open the page with another browser, or ask for a new copy of it.";
    case "damaged":
      return "The page is damaged: a part of it is missing. Ask for a new copy of it.";
    default:
      return "The classifier did not start. Close other tabs to free memory and reload the page, or ask for a new copy of it.";
  }
}

/**
 * Why there is no camera, and what to do.
 * @param {string} name of the browser's error
 */
export function cameraRefusal(name) {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The browser does not let this page use the camera. Allow it in the address bar, or choose pictures instead.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found. Connect one, or choose pictures instead.";
    case "NotReadableError":
    case "AbortError":
      return "The camera is in use by another program. Close that one, or choose pictures instead.";
    default:
      return "The camera cannot be used here. Browsers allow it only on https pages and files; choose pictures instead.";
  }
}
