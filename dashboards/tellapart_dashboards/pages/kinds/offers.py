"""What a file seems to hold, before a project is made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OfferChoice:
    """Something that a person may choose, which column holds the labels for instance. options: the values; value: the
    one that was recognised, "" where none was. unchosen: what stands for "", where that is a choice, too."""

    key: str
    label: str
    options: tuple[str, ...]
    value: str = ""
    unchosen: str = "– choose –"


@dataclass(frozen=True)
class SourceOffer:
    """sentence: what the file seems to be. choices: see `OfferChoice`. problem: why it could not be told, in words."""

    sentence: str
    choices: tuple[OfferChoice, ...] = ()
    problem: str = ""
