"""Secret: a field for a token. What is typed comes to Python once and is never sent back to any page."""

from __future__ import annotations

from typing import Any

from ipywidgets import Password
from traitlets import Unicode


class Secret(Password):
    """A password field that keeps nothing: `taken` gives what was typed, and empties it here and on the page."""

    value = Unicode("").tag(sync=True, echo_update=False)

    def taken(self) -> str:
        """What was typed, once; "" afterwards."""
        secret = self.value.strip()
        self.value = ""
        return secret

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The state for pages, without what was typed: a page that is drawn anew gets an empty field."""
        state = super().get_state(key, drop_defaults)
        return {**state, "value": ""} if "value" in state else state
