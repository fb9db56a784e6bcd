"""The lesson about feedback loops: what happens when a model's answers become the data it learns from."""

from __future__ import annotations

from ipywidgets import Box, Button, VBox

from tellapart_dashboards.pages.lessons.chart import chart_html, legend_html, series, ticked
from tellapart_dashboards.pages.lessons.feedback_state import N_CITIES, N_WEEKS, FeedbackState
from tellapart_dashboards.pages.lessons.pieces import card, drawn, head, questions, said_html, sliders

_LEAD = (
    "A model decides where people look. What they find becomes the next data. So the model may end up proving "
    "itself right, whatever the truth is."
)
_LOOP = (
    "A city has a north and a south. Just as much happens in both, but by chance the records begin with 30 "
    "incidents in the north and 20 in the south. Each week patrols go where the records say, and what patrols "
    "meet is put on record. <b>See</b> where the patrols of eight such cities go."
)
_TRY = (
    "<b>Try</b> to bring the lines back to the truth. Follow the records less. Or let residents report more of "
    "what happens, wherever patrols are. Then make the south worse, and <b>see</b> whether the cities notice."
)
_QUESTIONS = (
    (
        "Nobody in this city meant harm, and every record is true. Where is the mistake?",
        "The records say where somebody looked, and they were read as where something happened. The model never "
        "learns what it did not see, because it is the model who decides where to look.",
    ),
    (
        "The makers measure their model on the newest records, and it predicts them very well. Does that help?",
        "No. The newest records come from where the model sent the patrols, so it marks its own work. It takes "
        "data that the answers have no hand in: reports of residents, or patrols sent at random now and then.",
    ),
    (
        "You share a classifier, and its answers for visitors' pictures come back as new training data. What "
        "should you do?",
        "Never take an answer for a label. Let a person say what is in the picture, best before they see the "
        "answer; in the studio corrections wait for your decision on the Clean page. And keep a held-out part "
        "that only people have labelled.",
    ),
)


def new_state() -> FeedbackState:
    """What the lesson begins with."""
    return FeedbackState()


def view(state: FeedbackState) -> VBox:
    """The lesson."""
    return VBox([head("When answers become data", _LEAD), _loop(state), questions(_QUESTIONS)])


def _loop(state: FeedbackState) -> VBox:
    options = [
        {
            "key": "follow",
            "label": "How strongly patrols follow the records",
            "low": 0,
            "high": 3,
            "step": 0.5,
        },
        {
            "key": "reported",
            "label": "Reported by residents",
            "low": 0,
            "high": 100,
            "step": 10,
            "unit": " %",
        },
        {"key": "north", "label": "Happens in the north", "low": 10, "high": 90, "step": 10, "unit": " %"},
    ]
    again = Button(description="Eight other cities")
    again.on_click(lambda _: state.other_cities())
    weeks = list(range(N_WEEKS + 1))
    x, y = ticked("week", 0, N_WEEKS, 13), ticked("patrols in the north", 0, 100, 25, " %")

    def chart() -> str:
        cities = [series("faint", weeks, 100 * loop.patrols[:, 0]) for loop in state.loops[1:]]
        truth = series("usual", [0, N_WEEKS], [state.north, state.north])
        first = series("line", weeks, 100 * state.first.patrols[:, 0])
        names = [
            ("line", "the first city"),
            ("faint", f"{N_CITIES - 1} others"),
            ("usual", "the truth: what happens there"),
        ]
        said = f"Patrols in the north over {N_WEEKS} weeks. {state.judgement()}"
        words = f"{state.judgement()} {state.words()}"
        return chart_html(said, x, y, [*cities, truth, first]) + legend_html(names) + said_html(words)

    return card(
        "Two districts, eight cities",
        f"{_LOOP}</p><p>{_TRY}",
        [
            sliders(state, "The cities", options),
            Box([again]).add_class("ta-line").add_class("ta-gap"),
        ],
        [drawn(state, ["loops"], chart)],
    )
