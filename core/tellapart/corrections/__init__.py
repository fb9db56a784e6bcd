"""Corrections: what visitors of an app say when its answer is wrong, asked for, kept, sent and read."""
