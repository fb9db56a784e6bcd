"""Whether an NVIDIA card is there and the installed torch was built for one; told without torch, whose import takes
seconds."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

_BUILT_FOR = re.compile(r"""^cuda\b[^=\n]*=\s*['"]""", re.MULTILINE)  # the processor's build has None there


def has_card() -> bool:
    """Whether there is one that programs may use."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):  # hidden from them
        return False
    if sys.platform == "linux":
        return any(Path("/dev").glob("nvidia[0-9]*"))
    return sys.platform == "win32" and shutil.which("nvidia-smi") is not None


def is_torch_for_cards() -> bool:
    """Whether torch is installed, and not a build that knows the processor only."""
    torch = importlib.util.find_spec("torch")
    try:
        return bool(
            torch
            and torch.origin
            and _BUILT_FOR.search(Path(torch.origin).with_name("version.py").read_text("utf-8"))
        )
    except (OSError, UnicodeDecodeError):
        return False
