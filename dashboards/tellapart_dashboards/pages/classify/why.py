"""“Why?” under an answer: where in the picture the evidence for its label lies. Nothing is loaded before that."""

from __future__ import annotations

import html
import threading
from base64 import b64encode
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from ipywidgets import HTML, ToggleButton, VBox
from tellapart.errors import ExplainError

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.wording import percent
from tellapart_dashboards.pages.classify.answers import Answer

_SIDE_PX = 320  # of the kept picture's shorter side; what is shown is no larger


class Why:
    """Explains answers, one at a time; holds the network that was opened for it. Its methods are for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._explainer: Any = None

    def side_px(self, bundle: Any) -> int:
        """The shorter side of the picture to keep, so that the network sees what it saw."""
        return max(_SIDE_PX, int(bundle.preprocess.resize_px))

    def drawn(self, predictor: Any, answer: Answer) -> str:
        """The picture with its class map over it, and in words, as HTML.

        Raises:
            TellapartError: another model has taken the place of the one that answered, or it fails.
        """
        from tellapart.backbones.onnx_session import give_back_memory
        from tellapart.pictures.images import pixels_of, read_image
        from tellapart.understanding import Explainer, draw_overlay

        if predictor is None or predictor.bundle.bundle_dir.name != answer.model:
            raise ExplainError(
                "A newer model has been trained since. Classify the picture again to ask it why."
            )
        with self._lock:
            if self._explainer is None or self._explainer.bundle is not predictor.bundle:
                self._explainer = Explainer(predictor.bundle)
            picture, preprocess = read_image(answer.picture), predictor.bundle.preprocess
            (shown,) = self._explainer.class_maps(pixels_of(picture, preprocess), [answer.label])
        place = shown.place(*picture.size, preprocess)
        buffer = BytesIO()
        draw_overlay(picture, shown, preprocess).save(buffer, "JPEG", quality=88)
        give_back_memory()
        return _figure_html(answer, buffer.getvalue(), place, shown.share)


def why_below(explain: Callable[[Answer], Awaitable[str]]) -> Callable[[Answer], VBox]:
    """What makes the button under an answer; it shows the explanation, made when it is first pressed, and hides it."""

    def below(answer: Answer) -> VBox:
        if not answer.picture:
            return VBox([])
        why = ToggleButton(
            description="Why?", icon="caret-right", tooltip=f"Show why {answer.name} got this answer"
        ).add_class("ta-fold")
        place = VBox([why]).add_class("ta-why")
        shown: list[HTML] = []

        async def fill(body: HTML) -> None:
            body.value = await explain(answer)

        def turn(change: dict[str, Any]) -> None:
            why.icon = "caret-down" if change["new"] else "caret-right"
            if change["new"] and not shown:
                shown.append(HTML('<p class="ta-soft" role="status">Looking …</p>'))
                soon(fill(shown[0]))
            place.children = (why, *shown) if change["new"] else (why,)

        why.observe(turn, "value")
        return place

    return below


def _figure_html(answer: Answer, jpeg: bytes, place: str, share: float) -> str:
    label = html.escape(answer.label)
    if share:
        words = (
            f"What speaks for <b>{label}</b> lies <b>{place}</b>; {percent(share)} of it in the brightest tenth of "
            "the picture."
        )
        alt = f"Evidence for {label}: {place}"
    else:
        words = f"Nothing in the picture speaks for <b>{label}</b> more than for the other labels."
        alt = f"No evidence for {label}"
    return (
        f'<figure><img alt="{alt}" src="data:image/jpeg;base64,{b64encode(jpeg).decode()}"><figcaption>{words}'
        '<span class="ta-heat" aria-hidden="true"></span><span class="ta-soft">Purple is weak evidence, yellow '
        "strong; where the picture is plain there is little.</span></figcaption></figure>"
    )
