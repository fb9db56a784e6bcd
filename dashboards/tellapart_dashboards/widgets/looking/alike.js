// The pictures most like one, in a list.
/** @import { Bytes } from "../common/model" */
/** @import { Alike } from "./protocol" */
import { pictureUrl } from "../common/bytes.js";
import { button, element } from "../common/elements.js";

/**
 * @param {Alike[]} near
 * @param {Bytes[]} buffers a JPEG of each
 * @param {(key: number) => void} [open] where they can be opened
 */
export function alikeList(near, buffers, open) {
  const list = element("ul", "ta-near");
  list.setAttribute("aria-label", "Most similar");
  near.forEach((one, i) => {
    const item = element("li");
    const img = element("img");
    img.alt = "";
    img.src = pictureUrl(buffers[i]);
    img.addEventListener("load", () => URL.revokeObjectURL(img.src), { once: true });
    const inside = open && one.key >= 0 ? button("ta-open-near", "", () => open(one.key)) : item;
    inside.append(img, element("b", "", one.label), " ", element("span", "", one.note));
    if (one.mark) inside.append(" ", element("small", "", one.mark));
    if (inside !== item) item.append(inside);
    list.append(item);
  });
  return list;
}
