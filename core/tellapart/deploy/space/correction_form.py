"""“That is wrong” in a Space: below the answer, for visitors whom the owner asks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart.corrections.asking import MAX_TEXT, THANKS, Asking
from tellapart.corrections.correction import Kind, bare_jpeg, model_of, new_correction
from tellapart.corrections.sending import send
from tellapart.errors import TellapartError
from tellapart.words.markdown import plain

if TYPE_CHECKING:
    from tellapart.classify import Predictor

_NONE, _OTHER = -1, -2  # what a visitor chooses who chooses no label, which is its place in the classes


def correction_form(gradio: Any, picture: Any, predictor: Predictor, kept: object) -> None:
    """Nothing; the form is in the page that is being made, where visitors are asked.

    gradio: the module, which comes with the Space. picture: the component with a visitor's file. kept: see
    `Asking.from_json`.
    """
    asking = Asking.from_json(kept)
    if not (asking.is_on and asking.address):
        return
    labels = [(label, place) for place, label in enumerate(predictor.classes)]
    with gradio.Accordion("That is wrong", open=False):
        what = gradio.Dropdown(
            [*labels, ("None of these", _NONE), ("Something else", _OTHER)], value=None, label="What is it?"
        )
        words = gradio.Textbox(max_length=MAX_TEXT, label="In your words, where it is something else")
        gradio.Markdown("\n\n".join(map(plain, asking.consent.splitlines())))
        button, said = gradio.Button("Send"), gradio.Markdown()
    button.click(partial(corrected, predictor, asking), [picture, what, words], said, api_name="correct")


def corrected(
    predictor: Predictor, asking: Asking, file: str | None, what: int | None, words: str | None
) -> str:
    """What to tell a visitor, as Markdown, once the correction was sent, or why it was not."""
    if file is None or what is None:
        return "Choose a picture, then say what it is." if file is None else "Say what it is first."
    kind: Kind = "none of these" if what == _NONE else "other" if what == _OTHER else "label"
    said = predictor.classes[what] if kind == "label" else words or "" if kind == "other" else ""
    try:
        picture, found = bare_jpeg(Path(file)), predictor.predict(Path(file))
        if not found.is_none_of_these and (kind, said) == ("label", found.label):
            return "That is the answer that it gave. Choose what it really is."
        correction = new_correction(
            picture, found.label, found.confidence, found.is_none_of_these, kind, said[:MAX_TEXT], asking.version,
            model_of(predictor.bundle.bundle_dir),
        )  # fmt: skip
        send(asking.address, correction, picture)
    except (TellapartError, OSError) as error:
        return plain(str(error))
    return THANKS
