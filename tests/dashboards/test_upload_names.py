"""Names of uploaded files: fit for every disk, and inside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tellapart_dashboards.widgets.upload.safe_names import safe_parts


@given(st.text(max_size=400))
def test_any_name_stays_inside_its_folder(text: str) -> None:
    parts = safe_parts(text)
    assert parts
    for part in parts:
        assert part not in ("", ".", "..") and "/" not in part and "\\" not in part and "\0" not in part
        assert len(part.encode("utf-8", "surrogatepass")) <= 210
        assert Path("root", part).parent == Path("root")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("../../etc/passwd", ("etc", "passwd")),
        ("C:\\temp\\a.jpg", ("C_", "temp", "a.jpg")),
        ("con.jpg", ("_con.jpg",)),
        ("a./b .jpg", ("a", "b .jpg")),
        ("ünïcode 猫.JPG", ("ünïcode 猫.JPG",)),
    ],
)
def test_names_lose_only_what_no_computer_could_keep(path: str, parts: tuple[str, ...]) -> None:
    assert safe_parts(path) == parts
