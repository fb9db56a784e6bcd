"""The argument BUNDLE: a bundle's folder, or a project's, which means its newest bundle."""

from __future__ import annotations

from pathlib import Path

from tellapart.words.commands import typed


def bundle_in(path: Path) -> Path:
    """The bundle's folder.

    Raises:
        BundleError: it is a project without a trained classifier.
    """
    from tellapart.bundle.loading import newest_bundle
    from tellapart.errors import BundleError

    try:
        if (path / "bundle.json").exists() or not (path / "bundles").is_dir():
            return path
    except OSError:
        return path  # whoever loads it says what is wrong with it
    newest = newest_bundle(path / "bundles")
    if newest is None:
        raise BundleError(f"{path} has no trained model yet. Train it first: tellapart train {typed(path)}")
    return newest
