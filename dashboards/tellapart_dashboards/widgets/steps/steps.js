// The header: one tab per stage; left and right walk, Enter or a click opens. Where the page is all there is (Voila),
// the address says which step is open, so that the browser's back button and a reload stay inside the studio.
function render({ model, el }) {
  const root = document.createElement("header");
  root.className = "ta-steps";
  const logo = document.createElement("span");
  logo.className = "ta-logo";
  const strong = document.createElement("b");
  strong.textContent = "apart";
  logo.append("tell", strong);
  const project = document.createElement("span");
  project.className = "ta-project";
  const nav = document.createElement("div");
  nav.className = "ta-tabs";
  nav.setAttribute("role", "tablist");
  nav.setAttribute("aria-label", "Steps");
  const note = document.createElement("span");
  note.className = "ta-note";
  root.append(logo, project, nav, note);
  el.append(root);

  // A tab is made once: while its number changes it keeps the focus, and a press that has begun.
  function tabOf(key) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.dataset.key = key;
    tab.setAttribute("role", "tab");
    tab.append("", " ", document.createElement("small"));
    tab.addEventListener("click", () => open(key));
    return tab;
  }

  const tabs = new Map(); // key -> button
  function draw() {
    project.textContent = project.title = model.get("project_name");
    note.textContent = model.get("note");
    const steps = model.get("steps");
    nav.hidden = steps.length < 2;
    for (const step of steps) {
      if (!tabs.has(step.key)) tabs.set(step.key, tabOf(step.key));
      const tab = tabs.get(step.key);
      const isCurrent = step.key === model.get("current");
      tab.setAttribute("aria-selected", isCurrent);
      tab.tabIndex = isCurrent ? 0 : -1;
      tab.firstChild.data = step.label;
      tab.lastChild.textContent = step.badge;
      tab.lastChild.hidden = !step.badge;
    }
    const shown = steps.map((step) => tabs.get(step.key));
    [...nav.children].filter((tab) => !shown.includes(tab)).forEach((tab) => tab.remove());
    shown.forEach((tab, i) => tab === nav.children[i] || nav.insertBefore(tab, nav.children[i] ?? null));
  }

  function open(key) {
    model.set("current", key);
    model.save_changes();
    window.scrollTo({ top: 0 });
  }

  const hasAddress = Boolean(document.getElementById("rendered_cells"));
  const keyInAddress = () => {
    const key = location.hash.slice(1);
    return model.get("steps").some((step) => step.key === key) ? key : "";
  };

  function noteInAddress() {
    const key = model.get("current");
    if (!hasAddress || !key || key === keyInAddress()) return;
    const isFirst = !keyInAddress();
    history[isFirst ? "replaceState" : "pushState"](null, "", `${location.pathname}${location.search}#${key}`);
  }

  function followAddress() {
    const key = keyInAddress();
    if (!key || key === model.get("current")) return;
    model.set("current", key);
    model.save_changes();
  }

  nav.addEventListener("keydown", (event) => {
    const inRow = [...nav.children];
    const at = inRow.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: inRow.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    inRow[(to + inRow.length) % inRow.length]?.focus();
  });
  model.on("change:steps change:current change:project_name change:note", draw);
  // In JupyterLab letters are commands, d d deletes the cell: not while the focus is in the page.
  function keepLetters(event) {
    const isShortcut = event.ctrlKey || event.metaKey || event.altKey; // Ctrl+S still saves the notebook
    if (!el.closest(".ta")?.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", !isShortcut); // on an ancestor it comes too late
  }

  // A press beside the page is meant for the notebook, which leaves the focus where it is.
  function letGo(event) {
    const page = el.closest(".ta");
    if (page?.contains(document.activeElement) && !page.contains(event.target)) document.activeElement.blur();
  }

  model.on("change:current", noteInAddress);
  if (hasAddress) {
    window.addEventListener("popstate", followAddress);
    if (!model.get("is_drawn") && keyInAddress()) model.set("current", keyInAddress());
  } else {
    window.addEventListener("pointerdown", letGo, true);
    window.addEventListener("keydown", keepLetters, true); // before JupyterLab's own, which is on the document
  }
  draw();
  noteInAddress();
  model.set("is_drawn", true);
  model.save_changes();
  return () => {
    window.removeEventListener("popstate", followAddress);
    window.removeEventListener("pointerdown", letGo, true);
    window.removeEventListener("keydown", keepLetters, true);
    model.off(null, null, draw);
    model.off(null, null, noteInAddress);
  };
}

export default { render };
