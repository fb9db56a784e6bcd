// Steps that play: a button that plays and pauses, and a slider. Whoever set their computer to less motion gets the last
// step at once when Python asks for a play, and a step after the other when they press the button themselves.
/** @import { Context } from "../common/model" */
/** @import { Traits } from "./protocol" */
import { button, element } from "../common/elements.js";

/** @param {Context<Traits>} context */
function render({ model, el }) {
  const root = element("div", "ta-player");
  root.setAttribute("role", "group");
  const press = button("", "Play", () => (timer ? pause() : play()));
  const slider = element("input");
  slider.type = "range";
  slider.min = "0";
  slider.step = "1";
  slider.setAttribute("aria-label", "Step");
  const words = element("span");
  words.setAttribute("aria-hidden", "true"); // the slider says it
  root.append(press, slider, words);
  el.append(root);
  let timer = 0;

  function draw() {
    const [at, last] = [model.get("at"), model.get("n_steps")];
    root.setAttribute("aria-label", model.get("accessible_name"));
    slider.max = String(last);
    if (Number(slider.value) !== at) slider.value = String(at);
    const text = `${at} of ${last}`;
    slider.setAttribute("aria-valuetext", `step ${text}`);
    words.textContent = text;
    press.textContent = timer ? "Pause" : "Play";
  }

  /** @param {number} step */
  function show(step) {
    model.set("at", step);
    model.save_changes();
    draw();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    draw();
  }

  function play() {
    clearInterval(timer);
    timer = setInterval(forward, model.get("pace_ms"));
    if (model.get("at") >= model.get("n_steps")) show(0);
    else draw();
  }

  function forward() {
    if (document.hidden) return;
    const next = model.get("at") + 1;
    if (next <= model.get("n_steps")) show(next);
    if (next >= model.get("n_steps")) pause();
  }

  function asked() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      pause();
      show(model.get("n_steps"));
      return;
    }
    show(0);
    play();
  }

  slider.addEventListener("input", () => {
    if (timer) pause();
    show(Number(slider.value));
  });
  model.on("change:at change:n_steps change:accessible_name", draw);
  model.on("change:n_plays", asked);
  draw();
  return () => {
    clearInterval(timer);
    model.off(null, null, draw);
    model.off(null, null, asked);
  };
}

export default { render };
