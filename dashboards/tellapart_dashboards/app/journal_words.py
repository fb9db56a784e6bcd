"""What was decided, in a person's words: for the answer to an undo, and for the button that offers one."""

from __future__ import annotations

from tellapart.store.journal import Entry
from tellapart.store.manifest import NONE_OF_THESE
from tellapart.store.run_changes import change_words

from tellapart_dashboards.app.wording import count


def step_words(entry: Entry, n_pictures: int) -> str:
    """Of one step of undo, by its first entry: "rename label bear → grizzly, 4 pictures", "remove, 1 picture"."""
    pictures = [count(n_pictures, "picture")] if n_pictures or entry.image_id else []
    return ", ".join([_words(entry), *pictures])


def _words(entry: Entry) -> str:
    if "run" in entry.before:
        return change_words(entry.kind, entry.before, entry.after)
    if not entry.image_id:
        name = f"{entry.kind} {entry.before['label']}"
        return f"{name} → {entry.after['label']}" if entry.after["label"] is not None else name
    if entry.kind == "relabel":
        return f"{entry.before['label']} → {entry.after['label']}"
    if entry.kind == "mark":
        return str(entry.after["mark"] or entry.before["mark"])
    if entry.after.get("is_new") and entry.after["mark"] == NONE_OF_THESE:
        return f"add as {NONE_OF_THESE}"
    if entry.after.get("is_new"):
        return f"add to {entry.after['label']}"
    return entry.kind
