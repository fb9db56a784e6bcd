"""What can go wrong, one class per kind of thing. Users read these texts as they are:
what is wrong, with the name and the value; what was expected; what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from tellapart.codes import Code


class RefusalCode(Code):
    """Why a picture was not taken in; the values stand in projects and never change."""

    COPY = "already here"
    UNREADABLE = "unreadable"  # damaged, too large, or its file cannot be opened
    OTHER_KIND = "other kind"  # no picture, or of a kind that is not read
    TOO_SMALL = "too small"
    NO_LABEL = "no label"
    BAD_NAME = "bad name"  # of the file, or of its folder as a label
    OTHER_LICENCE = "other licence"
    NOT_ALLOWED = "not allowed"  # its address leads away from the public web
    UNREACHABLE = "unreachable"
    NOT_NOTED = "not noted"  # by an older version, which kept the sentence alone


class TellapartError(Exception):
    """Base of every error whose text is written for the person using tellapart."""

    def _render_traceback_(self) -> list[str]:
        return _in_notebook(self)


class Interrupted(KeyboardInterrupt):
    """The person stopped a function that says what has become of its work."""

    def _render_traceback_(self) -> list[str]:
        return _in_notebook(self)


def _in_notebook(error: BaseException) -> list[str]:
    """What IPython shows instead of a traceback: the text, and the line of the cell that led to it."""
    import traceback  # seldom needed

    frames = traceback.extract_tb(error.__traceback__)
    own = next((frame for frame in frames if "IPython" not in frame.filename), None)
    where = [f"Line {own.lineno} of the cell: {own.line}"] if own and own.line else []
    return [f"\x1b[31m{type(error).__name__}\x1b[39m: {error}", *where]


class ImageError(TellapartError):
    """One picture cannot be read or is refused; the text is the reason, without the file's name."""

    code = RefusalCode.UNREADABLE

    def __init__(self, text: str, code: RefusalCode | None = None):
        super().__init__(text)
        if code is not None:
            self.code = code


class KindError(ImageError):
    """A file is of a known kind that is not read as a picture; the text names it and a way out."""

    code = RefusalCode.OTHER_KIND


class UnknownKindError(KindError):
    """The bytes of a file are those of no known kind; its name may tell more."""


class AddressError(ImageError):
    """An address on the web is not asked, since it leads away from the public web; the text is the reason."""

    code = RefusalCode.NOT_ALLOWED


class OutsideError(ImageError):
    """A file is not touched, since its path leads out of its folder or through a link; the text is the reason."""


class IntakeError(TellapartError):
    """A folder, archive or upload as a whole cannot be taken in."""


class NothingOfUseError(IntakeError):
    """Each file of a place was looked at, and none could be used; the text has the first reason."""


@dataclass(frozen=True)
class LabelOffer:
    """One way to read the labels of a place. how: what `labels` is to be; counts: label -> pictures, where known."""

    how: str
    text: str
    counts: dict[str, int]

    def sentence(self) -> str:
        """For instance "from the names of the files, such as 'cat' in cat.0.jpg: cat 6, dog 6"."""
        listed = [f"{label} {n}" for label, n in list(self.counts.items())[:6]]
        more = [f"{len(self.counts) - 6} more"] if len(self.counts) > 6 else []
        return self.text + (f": {', '.join(listed + more)}" if listed else "")


class LabelsError(IntakeError):
    """Nothing says for sure what the labels of a place are. what: why; offers: the ways to read them all the same."""

    def __init__(self, what: str, offers: tuple[LabelOffer, ...] = ()):
        self.what, self.offers = what, offers
        ways = [
            f"--labels {offer.how if ' ' not in offer.how else repr(offer.how)} ({offer.sentence()})"
            for offer in offers
        ]
        asked = f" Say where the labels are: {'; or '.join(ways)}." if ways else ""
        super().__init__(
            f"{what}{asked} Or put the pictures of each kind into a folder of their own, or give them all "
            "one label (--label NAME)."
        )


class ArchiveError(IntakeError):
    """A zip or tar cannot be read, or unpacks to more than it should."""


class DownloadError(TellapartError):
    """A transfer failed; the text is the reason, without the name of what was wanted."""


class DatasetError(TellapartError):
    """A ready-made data set is unknown, cannot be downloaded, or is not what it should be."""


class GatherError(TellapartError):
    """Pictures cannot be gathered from the web: the wish, or every source at once. in_short: the same in one line, for
    those who find the rest in `details`, a sentence each."""

    def __init__(self, text: str, in_short: str = "", details: tuple[str, ...] = ()):
        super().__init__(text)
        self.in_short, self.details = in_short or text, details


class SourceError(TellapartError):
    """A source of pictures gives no answer; the text is a sentence about that source. Finding nothing is no error."""


class LimitedError(SourceError):
    """It was asked too often and wants a pause of `wait_s` seconds."""

    def __init__(self, text: str, wait_s: float):
        super().__init__(text)
        self.wait_s = wait_s


class RefusedError(SourceError):
    """It does not serve us: a key, a contact or a permission is missing, or it takes us for a robot."""


class BrokenError(SourceError):
    """It cannot be reached, fails, or answers in a form that it should not."""


class SilentError(SourceError):
    """It brings nothing and does not say whether there is nothing or whether it was asked too often."""


class AbsentError(SourceError):
    """The package that reads it is not installed."""


class ProjectError(TellapartError):
    """A project folder cannot be made, opened or written."""


class FullError(ProjectError):
    """A project may hold no more; see `store.limits`."""


class SplitError(TellapartError):
    """The pictures cannot be divided into training and validation."""


class TrainError(TellapartError):
    """Training cannot start or finish."""


class DescriptionError(TrainError):
    """A description of data does not fit the pictures, or cannot be used."""


class BackboneError(TellapartError):
    """A backbone is unknown, not at hand, or cannot be downloaded or converted."""


class WeightsError(BackboneError):
    """A weights file cannot be read safely or does not fit its network."""


class BundleError(TellapartError):
    """A bundle is missing, damaged, too new, or no longer gives the answers it was made with."""


class ExplainError(TellapartError):
    """An answer cannot be explained: the label, the method or the project does not fit."""


class DeployError(TellapartError):
    """An export cannot be made or written."""


class ServiceError(TellapartError):
    """A service cannot be started."""


class CorrectionError(TellapartError):
    """A correction of a visitor cannot be used, kept or sent."""


class WatchError(TellapartError):
    """What an app answered, or what people said of the same pictures, cannot be judged."""


class PublishCode(Code):
    """Why an app was not published."""

    NO_APP = "no app"  # the folder is none that tellapart made
    NO_GIT = "no git"
    TOO_LARGE = "too large"
    WRONG_TOKEN = "wrong token"
    MAY_NOT = "may not"  # the token is right and may not do that
    TAKEN = "taken"  # there is a repository of that name with something in it
    REFUSED = "refused"
    OFFLINE = "offline"


class PublishError(DeployError):
    """An app cannot be published; nothing of its folder is changed."""

    def __init__(self, text: str, code: PublishCode):
        super().__init__(text)
        self.code = code


class LessonError(TellapartError):
    """An experiment of a lesson cannot be made with these numbers."""


class RunError(TellapartError):
    """A long run cannot be started or found."""


class Cancelled(TellapartError):  # noqa: N818  # a wish, not an error
    """The person asked to stop. Everything finished until then is kept."""


@dataclass(frozen=True)
class Skipped:
    """One file passed over, and why, in words and as a code: a bad file in a thousand is not an error."""

    path: str
    reason: str
    code: RefusalCode = RefusalCode.UNREADABLE
