"""Learning curve: how the error falls with more pictures, and what twice as many would bring."""

from tellapart.learning.learning_curve.curve import Forecast, LearningCurve, learning_curve

__all__ = ["Forecast", "LearningCurve", "learning_curve"]
