"""Networks need torch; on the light path these tests have nothing to look at."""

from importlib.util import find_spec

import numpy as np
import pytest

for name in ("torch", "torchvision"):
    if find_spec(name) is None:
        pytest.skip(
            f"{name} is not installed (light path): pip install 'tellapart[torch]'", allow_module_level=True
        )


@pytest.fixture(scope="session")
def weights():
    """Of the built-in backbone."""
    from tellapart.backbones.lite0.weights import read_weights, weights_file

    return read_weights(weights_file())


@pytest.fixture(scope="session")
def pixels():
    """Three pictures: noise, a ramp and a flat one."""
    ramp = np.linspace(0, 255, 224)[:, None, None] * np.ones((1, 224, 3))
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3))
    return np.stack([noise, ramp, np.full((224, 224, 3), 90)]).astype(np.uint8)


@pytest.fixture(scope="session")
def embeddings(pixels):
    """The backbone's own."""
    from backbone_parts import session
    from tellapart.backbones.lite0 import keeping

    return session(keeping.made_onnx()).run(None, {"pixels": pixels})[0]


@pytest.fixture(scope="session")
def features(weights, pixels):
    """Of those pictures, as the earlier blocks give them."""
    from backbone_parts import AVERAGES, session
    from tellapart.backbones.lite0.graph import first_blocks_onnx
    from tellapart.network.tuning.last_blocks import FIRST

    return session(first_blocks_onnx(weights, FIRST, AVERAGES)).run(None, {"pixels": pixels})[0]


@pytest.fixture
def network(weights):
    """The last blocks, which have learned nothing yet."""
    from backbone_parts import AVERAGES, some_head
    from tellapart.network.tuning.last_blocks import LastBlocks

    return LastBlocks(weights, AVERAGES, some_head())
