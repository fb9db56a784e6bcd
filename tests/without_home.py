"""A person without a home folder, as in a container that runs with the number of any user (POSIX)."""

import pytest


def leave_home(patch: pytest.MonkeyPatch) -> None:
    """No HOME, no line among the users, and no folder named instead."""
    import pwd

    def nobody(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TORCH_HOME"):
        patch.delenv(name, raising=False)
    for name in ("CACHE", "PROJECTS", "SETTINGS"):
        patch.delenv(f"TELLAPART_{name}", raising=False)
    patch.setattr(pwd, "getpwuid", nobody)
