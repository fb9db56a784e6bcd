"""Gather: pictures from a folder, an archive or single files into a project, each refusal with its reason."""

from tellapart.gather.intake import IntakeSummary, take_in

__all__ = ["IntakeSummary", "take_in"]
