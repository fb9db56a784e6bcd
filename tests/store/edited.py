"""How files are changed behind a project's back."""

import io

import numpy as np
from make_data import draw_shape


def picture_bytes(number, kind="PNG", size_px=40):
    file = io.BytesIO()
    draw_shape("ring", np.random.default_rng(1000 + number), size_px).save(file, kind)
    return file.getvalue()


def rewrite(file, data):
    """The bytes in the very file; its folder does not change, as when a program saves what it has open."""
    before = file.parent.stat().st_mtime_ns
    with file.open("r+b") as opened:
        opened.truncate()
        opened.write(data)
    assert file.parent.stat().st_mtime_ns == before


def save_beside(file, data):
    """As most programs save: a new file takes the name of the old one."""
    beside = file.with_name(".part")
    beside.write_bytes(data)
    beside.replace(file)
