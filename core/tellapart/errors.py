"""What can go wrong, one class per kind of thing. Users read these texts as they are:
what is wrong, with the name and the value; what was expected; what to do next."""

from __future__ import annotations

from dataclasses import dataclass


class TellapartError(Exception):
    """Base of every error whose text is written for the person using tellapart."""


class ImageError(TellapartError):
    """One picture cannot be read or is refused; the text is the reason, without the file's name."""


class IntakeError(TellapartError):
    """A folder, archive or upload as a whole cannot be taken in."""


class ProjectError(TellapartError):
    """A project folder cannot be made, opened or written."""


class SplitError(TellapartError):
    """The pictures cannot be divided into training and validation."""


class TrainError(TellapartError):
    """Training cannot start or finish."""


class BackboneError(TellapartError):
    """A backbone is unknown, not at hand, or cannot be downloaded or converted."""


class WeightsError(BackboneError):
    """A weights file cannot be read safely or does not fit its network."""


class BundleError(TellapartError):
    """A bundle is missing, damaged, too new, or no longer gives the answers it was made with."""


class RunError(TellapartError):
    """A long run cannot be started or found."""


class Cancelled(TellapartError):  # noqa: N818  # a wish, not an error
    """The person asked to stop. Everything finished until then is kept."""


@dataclass(frozen=True)
class Skipped:
    """One file passed over, and why, in words: a bad file in a thousand is not an error."""

    path: str
    reason: str
