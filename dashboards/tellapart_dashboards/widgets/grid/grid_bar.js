// The lines around the grid: above it number, sizes, tidying; below it, always in sight, every decision with its key.
const FEW = ["keep", "remove", "relabel", "undo"]; // on a phone; the others behind "more"

export class Bars {
  constructor(model, act) {
    Object.assign(this, { model, act });
    this.top = element("div", "ta-grid-top");
    this.count = element("span", "ta-count");
    this.tidy = this.button("t", "tidy", () => act("tidy"));
    this.tidy.title = "Hide decided pictures, most suspicious first";
    const all = this.button("a", "select all", () => act("all"));
    this.sizes = element("div", "ta-sizes");
    this.sizes.setAttribute("role", "radiogroup");
    this.sizes.setAttribute("aria-label", "Size of the pictures");
    for (const [size, name] of [["S", "small"], ["M", "medium"], ["L", "large"]]) {
      const radio = keyed("", size);
      radio.dataset.size = size;
      radio.setAttribute("role", "radio");
      radio.setAttribute("aria-label", name);
      radio.addEventListener("click", () => this.choose(size));
      this.sizes.append(radio);
    }
    this.sizes.addEventListener("keydown", (event) => this.walkSizes(event));
    this.top.append(this.count, this.tidy, element("span", "ta-spring"), all, this.sizes);

    this.bottom = element("div", "ta-decide");
    this.said = element("p", "ta-said");
    this.said.setAttribute("role", "status");
    this.acts = element("div", "ta-acts");
    this.acts.setAttribute("role", "toolbar");
    this.acts.setAttribute("aria-label", "Decide");
    this.more = keyed("", "more");
    this.more.className = "ta-more";
    this.more.addEventListener("click", () => this.open(!this.bottom.classList.contains("ta-open")));
    this.bottom.append(this.acts);
    this.open(false);
    this.makeActs();
    this.drawActs();
  }

  button(key, text, press) {
    const button = keyed(key, text);
    if (FEW.includes(text)) button.classList.add("ta-few");
    button.addEventListener("click", press);
    return button;
  }

  open(isOpen) {
    this.bottom.classList.toggle("ta-open", isOpen);
    this.more.setAttribute("aria-expanded", isOpen);
  }

  // Made once; only the labels among them come and go, so that a press of the others is never lost.
  makeActs() {
    const act = (key, name, done = name) => this.button(key, name, () => this.act(done));
    this.relabel = act("r", "relabel");
    this.undo = act("u", "undo");
    this.redo = act("⇧u", "redo");
    this.redo.setAttribute("aria-keyshortcuts", "Shift+u");
    this.acts.append(
      act("k", "keep"), act("d", "remove"), this.relabel, act("s", "not sure"), act("x", "none of these"),
      element("span", "ta-break"), this.said, act("n", "most similar", "near"), act("⏎", "enlarge"), this.undo, this.redo,
      act("?", "all keys", "help"), this.more,
    );
  }

  drawActs() {
    this.acts.querySelectorAll(".ta-label").forEach((button) => button.remove());
    this.relabel.before(...this.model.get("labels").map((label, i) => {
      const button = this.button(String(i + 1), label, () => this.act("relabel", label));
      button.classList.add("ta-label");
      button.setAttribute("aria-label", `relabel to ${label}`);
      return button;
    }));
    this.enable();
  }

  enable() {
    this.undo.disabled = !this.model.get("can_undo");
    this.redo.disabled = !this.model.get("can_redo");
  }

  draw(count, chosen, decided) {
    const size = this.model.get("size");
    for (const radio of this.sizes.children) {
      const isChosen = radio.dataset.size === size;
      radio.setAttribute("aria-checked", isChosen);
      radio.tabIndex = isChosen ? 0 : -1;
    }
    const parts = [`${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}`];
    if (chosen) parts.push(`${chosen.toLocaleString("en")} selected`);
    if (decided) parts.push(`${decided.toLocaleString("en")} decided`);
    const text = parts.join(" · ");
    if (this.count.textContent !== text) this.count.textContent = text;
    this.tidy.hidden = !decided;
  }

  choose(size) {
    this.model.set("size", size);
    this.model.save_changes();
  }

  walkSizes(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const radios = [...this.sizes.children];
    const to = radios[(radios.indexOf(document.activeElement) + step + 3) % 3];
    this.choose(to.dataset.size);
    to.focus();
  }
}
