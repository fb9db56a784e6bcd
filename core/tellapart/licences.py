"""Licences of pictures: one short name for each of the many ways they are written, and what each allows.

The codes are Creative Commons' short names with the version ("by-sa-4.0", "cc0-1.0", "pdm-1.0"), or SPDX's in lower
case. What is not recognised is unknown and allows nothing: no licence is ever guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args
from urllib.parse import urlsplit

Use = Literal["any", "commercial", "public-domain"]
Permits = Literal["public domain", "commercial", "non-commercial", "nothing"]
USES: tuple[Use, ...] = get_args(Use)

_CC_PARTS = ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
_CC_WORDS = (
    ("attribution", "by"), ("share-alike", "sa"), ("sharealike", "sa"), ("non-commercial", "nc"),
    ("noncommercial", "nc"), ("no-derivatives", "nd"), ("noderivatives", "nd"), ("no-derivs", "nd"), ("noderivs", "nd"),
)  # fmt: skip
_OPEN = {
    "mit": "MIT",
    "apache-2.0": "Apache-2.0",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd-2-clause": "BSD-2-Clause",
}
_COPYLEFT = {"gfdl": "GFDL", "fal": "Free Art Licence", "gpl": "GPL", "odbl": "ODbL"}
_RESERVED = ("all rights reserved", "all-rights-reserved", "arr", "copyright", "copyrighted", "c")
_PUBLIC = ("public domain", "publicdomain", "pd", "no known copyright restrictions", "pdm", "cc-pdm", "usgov")


@dataclass(frozen=True)
class Licence:
    """What a licence is called and allows.

    code: "by-sa-4.0", "cc0-1.0", "pdm-1.0", "mit", "all-rights-reserved", "unknown". url: its text, where known.
    permits: the widest use. needs_credit: the author has to be named. is_share_alike: changed copies must keep the
    licence. allows_changes: changed copies may be passed on, small versions of a picture among them.
    """

    code: str
    name: str
    url: str | None
    permits: Permits
    needs_credit: bool
    is_share_alike: bool = False
    allows_changes: bool = True

    @property
    def is_known(self) -> bool:
        """Whether anything is known about it; all rights reserved is known too."""
        return self.code != "unknown"

    def allows(self, use: Use) -> bool:
        """Whether pictures under it fit a wish: any takes all, those of unknown licence too.

        Raises:
            ValueError: use is none of any, commercial, public-domain.
        """
        if use == "any":
            return True
        if use == "commercial":
            return self.permits in ("public domain", "commercial")
        if use == "public-domain":
            return self.permits == "public domain"
        raise ValueError(f"use={use!r} is not known; choose any, commercial or public-domain.")

    def conditions(self) -> str:
        """In words, for instance "name the author; changed copies keep this licence"."""
        if self.permits == "nothing":
            return "ask the author before any use" if self.is_known else "check before sharing"
        said = ["name the author"] if self.needs_credit else []
        said += ["not for commercial use"] if self.permits == "non-commercial" else []
        said += ["changed copies keep this licence"] if self.is_share_alike else []
        said += [] if self.allows_changes else ["no changed copies"]
        return "; ".join(said) or "no conditions"


UNKNOWN = Licence("unknown", "Licence unknown", None, "nothing", needs_credit=True, allows_changes=False)
RESERVED = Licence(
    "all-rights-reserved", "All rights reserved", None, "nothing", needs_credit=True, allows_changes=False
)


@lru_cache(maxsize=4096)
def licence_of(text: str | None, url: str | None = None) -> Licence:
    """The licence that a source's words or its link stand for; `UNKNOWN` where they stand for none that we know.

    Where both speak, the link counts, since it has the version and no language.
    """
    return _from_url(url) or _from_url(text) or _from_words(text) or UNKNOWN


def _from_url(url: str | None) -> Licence | None:
    try:
        parts = urlsplit((url or "").strip().lower())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(
        r"(www\.)?creativecommons\.org", parts.netloc
    ):
        return None
    steps = [step for step in parts.path.split("/") if step]
    if len(steps) >= 2 and steps[0] == "licenses":
        return _cc(steps[1], steps[2] if len(steps) > 2 else None)
    if len(steps) >= 2 and steps[0] == "publicdomain":
        return {"zero": _cc0(), "mark": _public_domain()}.get(steps[1])
    return None


def _from_words(text: str | None) -> Licence | None:
    words = " ".join((text or "").strip().lower().split())
    if not words:
        return None
    if words in _RESERVED:
        return RESERVED
    if words in _PUBLIC or re.fullmatch(r"pdm?[- ]1\.0|public domain mark( 1\.0)?|pd[- ][a-z0-9- ]+", words):
        return _public_domain()
    if re.fullmatch(r"(cc[- ]?)?(0|zero)([- ]1\.0)?( universal)?|cc0.*1\.0.*", words) and words not in (
        "0",
        "zero",
    ):
        return _cc0()
    if (code := words.replace(" ", "-")) in _OPEN:
        return Licence(code, _OPEN[code], None, "commercial", needs_credit=True)
    family = re.fullmatch(r"(gfdl|fal|gpl|odbl)([- ]?v?\d+(\.\d+)*)?(\+|[- ]or[- ]later)?", words)
    if family:
        return Licence(
            family[1], _COPYLEFT[family[1]], None, "commercial", needs_credit=True, is_share_alike=True
        )
    return _cc_from_words(words)


def _cc_from_words(words: str) -> Licence | None:
    """For "CC BY-SA 4.0", "cc-by-nc", "by 2.0", "by-nc-sa", "Attribution-NonCommercial 4.0 International"."""
    for long, short in _CC_WORDS:
        words = words.replace(long, short)
    words = re.sub(r"^(creative commons|cc)[- ]+", "", words)
    region = r"(?:[- ](?:[a-z]{2,4}|international|unported|generic))?"
    found = re.fullmatch(rf"(by(?:[- ](?:nc|sa|nd))*)(?:[- ]v?(\d\.\d))?{region}", words)
    return _cc(found[1].replace(" ", "-"), found[2]) if found else None


def _cc(parts: str, version: str | None) -> Licence | None:
    if parts not in _CC_PARTS or (version and not re.fullmatch(r"\d\.\d", version)):
        return None
    name = f"CC {parts.upper()}" + (f" {version}" if version else "")
    url = f"https://creativecommons.org/licenses/{parts}/{version}/" if version else None
    return Licence(
        code=f"{parts}-{version}" if version else parts, name=name, url=url,
        permits="non-commercial" if "nc" in parts else "commercial", needs_credit=True,
        is_share_alike="sa" in parts, allows_changes="nd" not in parts,
    )  # fmt: skip


def _cc0() -> Licence:
    url = "https://creativecommons.org/publicdomain/zero/1.0/"
    return Licence("cc0-1.0", "CC0 1.0", url, "public domain", needs_credit=False)


def _public_domain() -> Licence:
    url = "https://creativecommons.org/publicdomain/mark/1.0/"
    return Licence("pdm-1.0", "Public domain", url, "public domain", needs_credit=False)
