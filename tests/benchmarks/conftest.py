"""Made data for benchmarks: tiny picture sets, and weights that have learned nothing."""

import tarfile

import pytest
from make_data import make_tiny_folder


@pytest.fixture(scope="session")
def picture_sets_folder(tmp_path_factory):
    """Three sets: class folders, the same in an archive, and class folders inside given splits."""
    folder = tmp_path_factory.mktemp("sets")
    make_tiny_folder(folder / "shapes", n_per_class=12, size_px=48)
    with tarfile.open(folder / "packed.tgz", "w:gz") as archive:
        archive.add(folder / "shapes", arcname="packed")
    for seed, split in enumerate(("train", "test")):
        make_tiny_folder(folder / "given" / split, n_per_class=5, seed=seed + 1)
    return folder


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """A state dict of MobileNetV2 that has learned nothing but to keep its numbers in range."""
    torch = pytest.importorskip("torch", reason="torch is not installed (light path)")
    torchvision = pytest.importorskip("torchvision", reason="torchvision is not installed (light path)")
    from safetensors.torch import save_file

    torch.manual_seed(0)
    network = torchvision.models.mobilenet_v2().train()
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = None  # what it sees counts at once, not a tenth of it
    with torch.no_grad():
        network(torch.randn(8, 3, 64, 64))
    path = tmp_path_factory.mktemp("weights") / "mobilenet_v2.safetensors"
    save_file(network.state_dict(), path)
    return path


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """Where the weights become ONNX once, for every benchmark that goes on from there."""
    return tmp_path_factory.mktemp("work")
