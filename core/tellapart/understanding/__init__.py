"""Understanding an answer: where in the picture the evidence for a label lies; in `nearest`, which pictures are alike.

Light, since a page that explains stays small: what compares with all pictures of a project is imported by itself.
"""

from tellapart.understanding.class_map import ClassMap
from tellapart.understanding.explainer import Explainer
from tellapart.understanding.overlay import draw_overlay

__all__ = ["ClassMap", "Explainer", "draw_overlay"]
