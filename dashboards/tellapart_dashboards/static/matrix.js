// The confusion matrix. Off-diagonal numbers are buttons: one press shows those pictures, another one shows all.
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "ta-matrix";
  root.tabIndex = 0;
  root.setAttribute("role", "region");
  root.setAttribute("aria-label", "What is mistaken for what");
  el.append(root);

  function draw() {
    const classes = model.get("classes");
    const counts = model.get("counts");
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    head.append(document.createElement("td"));
    const heading = (text, scope) => {
      const cell = document.createElement("th");
      cell.scope = scope;
      cell.title = text;
      const inner = document.createElement("span");
      inner.textContent = text;
      cell.append(inner);
      return cell;
    };
    table.classList.toggle("ta-wide", classes.length > 8);
    classes.forEach((name) => head.append(heading(name, "col")));
    const body = table.createTBody();
    counts.forEach((row, actual) => {
      const line = body.insertRow();
      line.append(heading(classes[actual], "row"));
      const inRow = Math.max(1, row.reduce((sum, n) => sum + n, 0));
      row.forEach((n, predicted) => {
        const cell = line.insertCell();
        const share = n / inRow;
        const isRight = actual === predicted;
        if (n) {
          const strength = isRight ? 12 + 34 * share : Math.min(45, 14 + 60 * share);
          cell.style.background = `color-mix(in srgb, var(${isRight ? "--ta-accent" : "--ta-bad"}) ${strength}%, var(--ta-card))`;
        }
        if (isRight || !n) {
          cell.textContent = n;
          if (!n) cell.className = "ta-zero";
          return;
        }
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = n;
        button.setAttribute("aria-label", `${n} of ${classes[actual]} taken for ${classes[predicted]}: show`);
        button.dataset.cell = `${actual},${predicted}`;
        button.addEventListener("click", () => {
          const now = model.get("chosen").join() === button.dataset.cell;
          model.set("chosen", now ? [] : [actual, predicted]);
          model.save_changes();
        });
        cell.append(button);
      });
    });
    root.replaceChildren(table);
    mark();
  }

  function mark() {
    const chosen = model.get("chosen").join();
    root.querySelectorAll("button").forEach((button) => {
      button.setAttribute("aria-pressed", button.dataset.cell === chosen);
    });
  }

  model.on("change:counts change:classes", draw);
  model.on("change:chosen", mark);
  draw();
  return () => {
    model.off(null, null, draw);
    model.off(null, null, mark);
  };
}

export default { render };
