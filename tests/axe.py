"""What axe-core finds wrong with a page for people who use it by other means than sight and mouse.

axe-core comes with the Node packages that tests compare with (tools/node_packages.py). Its rules of every impact count.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

_RUN = """(async () => {
  const rules = { "label-content-name-mismatch": { enabled: true } }; // off by default
  const found = await axe.run(document, { resultTypes: ["violations"], iframes: false, rules });
  return found.violations.map(({ id, impact, help, nodes }) => (
    { id, impact, help, places: nodes.map((node) => [node.target.join(" "), node.failureSummary]) }));
})()"""


def axe_source() -> str:
    """The script of axe-core."""
    folder = os.environ.get("TELLAPART_NODE")
    if not folder:
        pytest.skip("no axe-core here; tools/node_packages.py installs it, make test asks for it")
    return (Path(folder) / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[dict[str, Any]]:
    """What is wrong with the page as it stands, frames aside: id, impact, help, places. [] as it should be."""
    devtools = page.context.new_cdp_session(page)  # whatever the page's own policy says
    try:
        devtools.send("Runtime.evaluate", {"expression": axe_source()})
        wanted = {"expression": _RUN, "awaitPromise": True, "returnByValue": True}
        answer = devtools.send("Runtime.evaluate", wanted)
    finally:
        devtools.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return list(answer["result"]["value"])


def assert_accessible(page: Page, where: str = "") -> None:
    """Nothing is wrong, in light and in dark."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate("() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))")
        if wrong := violations(page):
            found[f"{where} {scheme}".strip()] = wrong
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert found == {}, json.dumps(found, indent=1)
