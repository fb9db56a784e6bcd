// The pictures of the project that look most like one that was answered: asked for when somebody wants to see them.
/** @import { AlikePicture, Answered, Ask } from "./protocol" */
import { button, element } from "../common/elements.js";

export class Alike {
  /**
   * @param {Answered} answer
   * @param {Ask} ask
   */
  constructor(answer, ask) {
    this.urls = /** @type {string[]} */ ([]);
    this.root = element("div");
    const show = button("ta-link", "Pictures like it", () => this.show(answer, ask));
    show.setAttribute("aria-label", `Pictures like it: ${answer.name}`);
    this.root.append(show);
  }

  /** @param {Answered} answer @param {Ask} ask */
  async show(answer, ask) {
    const note = element("p", "ta-soft", "Looking through the project’s pictures …");
    note.setAttribute("role", "status");
    this.root.replaceChildren(note);
    const { reply, urls } = await ask("alike", answer.number);
    this.urls = urls;
    note.textContent = reply.problem ?? "Most alike to the model, of the project’s pictures:";
    note.className = reply.problem ? "ta-problem" : "ta-soft";
    if (!reply.alike) return;
    const list = element("ul", "ta-alike");
    list.append(...reply.alike.map((one, at) => picture(one, urls[at] ?? "")));
    this.root.append(list);
  }

  clear() {
    for (const url of this.urls) URL.revokeObjectURL(url);
  }
}

/** @param {AlikePicture} one @param {string} url */
function picture({ label, name, is_same: isSame }, url) {
  const item = element("li");
  const img = element("img");
  img.src = url;
  img.alt = "";
  img.title = name;
  item.append(img, element("span", "", isSame ? `${label}, the same picture` : label));
  return item;
}
