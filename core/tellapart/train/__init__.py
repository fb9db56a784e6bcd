"""Train: from a project's pictures to a checked classifier."""

from tellapart.planning.config import TrainConfig
from tellapart.train.keeping import keep_as_run, keep_held_out
from tellapart.train.result import TrainResult
from tellapart.train.training import train_head

__all__ = ["TrainConfig", "TrainResult", "keep_as_run", "keep_held_out", "train_head"]
