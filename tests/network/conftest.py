"""Networks need torch; on the light path these tests have nothing to look at."""

from importlib.util import find_spec

import pytest

for name in ("torch", "torchvision"):
    if find_spec(name) is None:
        pytest.skip(
            f"{name} is not installed (light path): pip install 'tellapart[torch]'", allow_module_level=True
        )
