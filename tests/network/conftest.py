"""Networks need torch; on the light path these tests have nothing to look at."""

import pytest

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")
pytest.importorskip("torchvision", reason="torchvision is not installed: pip install 'tellapart[torch]'")
