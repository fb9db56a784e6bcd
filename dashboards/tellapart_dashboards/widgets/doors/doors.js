// Ways into an empty project: buttons that lead to a place further down the page, or tell Python.
/** @import { Context } from "../common/model" */
/** @import { Door, ToPython, Traits } from "./protocol" */
import { button, element } from "../common/elements.js";

/** @param {Context<Traits, ToPython>} context */
function render({ model, el }) {
  const root = element("div", "ta-doors");
  const row = element("div", "ta-row-of-doors");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", model.get("accessible_name"));
  const said = element("p", "ta-said");
  said.setAttribute("role", "status");
  root.append(row, said);
  el.append(root);
  const hasAddress = Boolean(document.getElementById("rendered_cells"));

  /** @param {Door} door */
  function enter(door) {
    if (!door.target) {
      model.send({ open: door.key });
      return;
    }
    const page = el.closest(".ta") ?? document;
    const place = /** @type {HTMLElement | null} */ (page.querySelector(door.target));
    place?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    place?.focus({ preventScroll: true });
  }

  function draw() {
    row.replaceChildren(...model.get("doors").map((door) => {
      const made = button("ta-door", "", () => enter(door));
      made.append(element("b", "", door.title), element("span", "", door.text));
      return made;
    }));
  }

  function tell() {
    said.textContent = model.get("said");
    said.hidden = !said.textContent;
  }

  function go() {
    const to = model.get("go_to");
    if (!to) return;
    if (hasAddress) {
      location.assign(location.pathname + to);
    } else {
      said.textContent = model.get("instead");
      said.hidden = false;
    }
  }

  model.on("change:doors", draw);
  model.on("change:said", tell);
  model.on("change:go_to", go);
  draw();
  tell();
  return () => [draw, tell, go].forEach((one) => model.off(null, null, one));
}

export default { render };
