"""Networks need torch; on the light path these tests have nothing to look at."""

import pytest

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")
pytest.importorskip("torchvision", reason="torchvision is not installed: pip install 'tellapart[torch]'")


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """No test reads or fills the cache of the person who runs it, nor asks the internet."""
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("TELLAPART_WEIGHTS_URL", "http://127.0.0.1:9/")  # nobody listens: as good as offline
    return tmp_path / "cache"
