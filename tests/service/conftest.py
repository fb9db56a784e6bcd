"""One running service for all tests that do not change it, and the pictures to ask it about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from odd_pictures import variants
from PIL import Image
from running_service import RunningService, running_service
from tellapart.classify import Predictor
from tellapart.train import TrainResult


@pytest.fixture(scope="session")
def bundle_dir(trained: tuple[Path, TrainResult]) -> Path:
    return trained[1].bundle_dir


@pytest.fixture(scope="session")
def service(bundle_dir: Path) -> Iterator[RunningService]:
    """As it is started without a word more."""
    with running_service(bundle_dir) as running:
        yield running


@pytest.fixture(scope="session")
def predictor(bundle_dir: Path) -> Predictor:
    return Predictor(bundle_dir)


@pytest.fixture(scope="session")
def shape(trained: tuple[Path, TrainResult]) -> Image.Image:
    """A picture of a kind that the classifier knows, as large as a small photograph."""
    file = sorted((trained[0] / "images").rglob("*.*"))[0]
    return Image.open(file).convert("RGB").resize((480, 360))


@pytest.fixture(scope="session")
def pictures(shape: Image.Image) -> dict[str, bytes]:
    """That picture in the ways that people's pictures come."""
    return variants(shape)


@pytest.fixture(scope="session")
def golden(bundle_dir: Path) -> bytes:
    """A picture that is always answered."""
    return next((bundle_dir / "golden").glob("*.jpg")).read_bytes()
