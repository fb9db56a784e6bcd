// Names with numbers side by side, one of them pressed. Left and right walk and press.
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "ta-choices";
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", model.get("accessible_name"));
  el.append(root);

  function draw() {
    const focused = root.contains(document.activeElement);
    const chosen = model.get("chosen");
    root.replaceChildren(...model.get("options").map((option) => {
      const radio = document.createElement("button");
      const isChosen = option.key === chosen;
      radio.type = "button";
      radio.dataset.key = option.key;
      radio.setAttribute("role", "radio");
      radio.setAttribute("aria-checked", isChosen);
      radio.tabIndex = isChosen ? 0 : -1;
      const number = document.createElement("small");
      number.textContent = option.n;
      radio.append(option.label, " ", number);
      radio.addEventListener("click", () => choose(option.key));
      return radio;
    }));
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
