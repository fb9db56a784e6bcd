"""A widget alone in a page of the browser, without a kernel."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page
from tellapart_dashboards.app.page_frame import STATIC
from tellapart_dashboards.widgets import BUILT

# Beside it `model`, as anywidget gives it to a part: `set` is what the kernel would say, `sent` what it would hear.
RENDER = """async ([code, values]) => {
  class Model {
    constructor(values) { Object.assign(this, { values, handlers: [], sent: [] }); }
    get(name) { return this.values[name]; }
    set(name, value) {
      this.values[name] = value;
      this.handlers.forEach(([event, call]) => event === `change:${name}` && call());
    }
    on(events, call) { events.split(" ").forEach((event) => this.handlers.push([event, call])); }
    off() {}
    send(content, _callbacks, buffers) { this.sent.push(content); this.buffers = buffers; }
    save_changes() {}
  }
  window.view = (Numbers, numbers) => new DataView(new Numbers(numbers).buffer); // how the kernel's bytes come
  for (const [name, [kind, numbers]] of Object.entries(values.bytes ?? {})) values[name] = view(window[kind], numbers);
  const part = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  window.model = new Model(values);
  document.body.classList.add("ta");
  document.body.dataset.voila = "voila";
  window.leave = part.default.render({ model, el: document.body });
}"""


def alone(page: Page, widget: str, **values: Any) -> Page:
    """The page with this widget and nothing else. bytes: name of a trait -> (kind of array, its numbers)."""
    page.add_style_tag(path=STATIC / "tellapart.css")
    page.add_style_tag(path=BUILT.parent / widget / f"{widget}.css")
    page.evaluate(RENDER, [(BUILT / f"{widget}.js").read_text("utf-8"), values])
    return page


# What the kernel would send, as the page hears it.
HEARD = (
    "message => model.handlers.filter(([on]) => on === 'msg:custom').forEach(([, call]) => call(message, []))"
)
