"""The pictures that visitors of the web page may try, as a row of buttons in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence


def examples_html(jpegs: Sequence[bytes]) -> str:
    """The row with its sentence; "" without examples. page/intake.js hears the buttons."""
    if not jpegs:
        return ""
    buttons = "".join(
        f'<button type="button" class="example"><img alt="" src="data:image/jpeg;base64,'
        f'{b64encode(jpeg).decode()}"><span>Example {n}</span></button>'
        for n, jpeg in enumerate(jpegs, 1)
    )
    return (
        '<div class="examples"><p class="soft">No picture at hand? Try one of these:</p>'
        f'<div class="strip">{buttons}</div></div>'
    )
