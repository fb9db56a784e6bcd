"""Examples as they go into an app: small copies without metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.deploy.appearance import MOST_EXAMPLES
from tellapart.deploy.examples.choosing import Example
from tellapart.errors import DeployError, ImageError
from tellapart.pictures.images import thumbnail_jpeg

if TYPE_CHECKING:
    from tellapart.bundle.loading import Bundle

_EXAMPLE_PX = 480


@dataclass(frozen=True)
class SmallExample:
    """An example as a small JPEG. credit: whose it is, see `Example`."""

    jpeg: bytes
    credit: str


def small_examples(bundle: Bundle, examples: Sequence[Example | Path | str]) -> list[SmallExample]:
    """Small copies: of examples, of files, or of golden pictures by their names in the bundle, such as "golden/1.jpg".

    Raises:
        DeployError: they are too many, or one cannot be read or may not be shown.
    """
    if len(examples) > MOST_EXAMPLES:
        raise DeployError(f"{len(examples)} examples are too many; choose at most {MOST_EXAMPLES}.")
    without_licence = {
        one["file"] for one in bundle.record.get("golden", []) if one.get("lacks_licence") is True
    }
    golden = {one.file for one in bundle.golden}
    small = []
    for example in examples:
        if str(example) in without_licence:
            raise DeployError(
                f"No licence lets others see {example}, so it cannot be an example. Choose another picture."
            )
        wanted = example if isinstance(example, Example) else Example(Path(example).expanduser())
        source = bundle.bundle_dir / str(example) if str(example) in golden else wanted.source
        try:
            small.append(SmallExample(thumbnail_jpeg(source, _EXAMPLE_PX), wanted.credit))
        except ImageError as error:
            raise DeployError(
                f"The example {source} cannot be used: {error}. Choose another picture."
            ) from error
    return small
