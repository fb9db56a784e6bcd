"""Classify: a bundle and a picture give a label, or 'none of these'. Needs numpy, Pillow and ONNX Runtime only."""

from tellapart.classify.predictor import Prediction, Predictor

__all__ = ["Prediction", "Predictor"]
