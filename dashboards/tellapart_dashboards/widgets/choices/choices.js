// Names with numbers side by side, one of them pressed. Left and right walk and press.
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "ta-choices";
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", model.get("accessible_name"));
  el.append(root);

  // A button is made once: while its number changes it keeps the focus, and a press that has begun.
  function radioOf(key) {
    const radio = document.createElement("button");
    radio.type = "button";
    radio.dataset.key = key;
    radio.setAttribute("role", "radio");
    radio.append("", " ", document.createElement("small"));
    radio.addEventListener("click", () => choose(key));
    return radio;
  }

  const radios = new Map(); // key -> button
  function draw() {
    const focused = root.contains(document.activeElement);
    const chosen = model.get("chosen");
    const shown = model.get("options").map((option) => {
      if (!radios.has(option.key)) radios.set(option.key, radioOf(option.key));
      const radio = radios.get(option.key);
      const isChosen = option.key === chosen;
      radio.setAttribute("aria-checked", isChosen);
      radio.tabIndex = isChosen ? 0 : -1;
      radio.firstChild.data = option.label;
      radio.lastChild.textContent = option.n;
      return radio;
    });
    [...root.children].filter((radio) => !shown.includes(radio)).forEach((radio) => radio.remove());
    shown.forEach((radio, i) => radio === root.children[i] || root.insertBefore(radio, root.children[i] ?? null));
    if (focused) root.querySelector('[aria-checked="true"]')?.focus();
  }

  function choose(key) {
    model.set("chosen", key);
    model.save_changes();
  }

  root.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const keys = model.get("options").map((option) => option.key);
    choose(keys[(keys.indexOf(model.get("chosen")) + step + keys.length) % keys.length]);
  });
  model.on("change:options change:chosen", draw);
  draw();
  return () => model.off(null, null, draw);
}

export default { render };
