"""Gather: pictures from a folder, an archive, single files or the web into a project, each refusal with its reason."""

from tellapart.gather.corrections import CorrectionsSummary, corrections_from, take_corrections
from tellapart.gather.from_web import gather
from tellapart.gather.intake import take_in
from tellapart.gather.intake_summary import IntakeSummary
from tellapart.gather.layout.file_names import offer_of_names
from tellapart.gather.layout.reading import read_place
from tellapart.gather.preview import HeldPicture, discard_held, held_pictures, keep_held
from tellapart.gather.uploads import take_in_upload
from tellapart.gather.web_summary import GatherSummary, SourceReport

__all__ = [
    "CorrectionsSummary", "GatherSummary", "HeldPicture", "IntakeSummary", "SourceReport", "corrections_from",
    "discard_held", "gather", "held_pictures", "keep_held", "offer_of_names", "read_place", "take_corrections",
    "take_in", "take_in_upload",
]  # fmt: skip
