"""Tones as a kind."""

from __future__ import annotations

from tellapart.kinds.kind import ThingKind

KIND = ThingKind(
    name="tones",
    model_name="tone-model.json",
    verbs_at="tones",
    commands_at="tones.commands:tones_app",
    studio_at="tones.door",
    is_source=lambda place: place.suffix == ".tones",
)
