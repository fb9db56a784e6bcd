// One place in the grid: a picture, its words, what was decided. Places are used again for other pictures.
export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== "") node.textContent = text;
  return node;
}

export function keyed(key, text) {
  const button = element("button");
  button.type = "button";
  button.dataset.key = key;
  if (key) {
    const hint = element("kbd", "", key);
    hint.setAttribute("aria-hidden", "true"); // the name stays "remove"; aria-keyshortcuts says the key
    button.setAttribute("aria-keyshortcuts", key);
    button.append(hint, " ");
  }
  const words = element("span", "", text);
  words.title = text;
  button.append(words);
  return button;
}

// What a tile says, for eyes and for screen readers.
export function spoken(tile) {
  if (!tile) return "picture, still loading";
  return [tile.label, ...tile.chips, tile.said, tile.mark, tile.decided].filter(Boolean).join(", ");
}

export class Tile {
  constructor(prefix) {
    this.node = element("div", "ta-tile");
    this.node.setAttribute("role", "option");
    this.node.id = `${prefix}-${(Tile.n = (Tile.n ?? 0) + 1)}`;
    this.img = element("img");
    this.img.alt = "";
    this.img.draggable = false;
    this.img.decoding = "async";
    this.frame = element("div", "ta-frame");
    this.missing = element("span", "ta-missing");
    this.decided = element("b", "ta-decided");
    this.licence = element("span", "ta-mark");
    this.frame.append(this.img, this.missing, this.licence, this.decided);
    this.name = element("span", "ta-name");
    this.chips = element("span", "ta-chips");
    this.said = element("span", "ta-model");
    const words = element("div", "ta-words");
    words.append(this.name, this.chips, this.said);
    this.node.append(this.frame, words);
  }

  // address: undefined while on its way, "" when the picture cannot be shown
  fill(key, position, count, tile, address, decided) {
    this.key = key;
    this.node.dataset.key = key;
    this.node.dataset.position = position;
    this.node.setAttribute("aria-posinset", position + 1);
    this.node.setAttribute("aria-setsize", count);
    if (this.address !== address) {
      this.address = address;
      if (address) this.img.src = address;
      else this.img.removeAttribute("src");
      this.missing.textContent = address === "" ? "cannot be shown" : "";
    }
    const words = tile && [tile.label, tile.was, ...tile.chips, tile.said, tile.mark, decided].join("\n");
    if (this.words === words && tile) return;
    this.words = words;
    this.node.setAttribute("aria-label", spoken(tile && { ...tile, decided }));
    this.node.classList.toggle("ta-done", Boolean(decided));
    this.node.classList.toggle("ta-gone", decided === "removed");
    this.decided.textContent = decided || "";
    this.licence.textContent = tile ? tile.mark : "";
    this.name.textContent = this.name.title = tile ? tile.label : "";
    this.chips.replaceChildren(...(tile ? tile.chips : []).map((text) => {
      const chip = element("span", "ta-tag", text);
      chip.title = text;
      return chip;
    }));
    this.said.textContent = this.said.title = tile ? tile.said : "";
  }

  mark(isChosen, isCurrent) {
    this.node.classList.toggle("ta-chosen", isChosen);
    this.node.classList.toggle("ta-current", isCurrent);
    this.node.setAttribute("aria-selected", isChosen);
    this.node.tabIndex = isCurrent ? 0 : -1;
  }
}
