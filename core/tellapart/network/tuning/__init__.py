"""Tuning: the last blocks of the built-in network and the head learn together; the blocks before them run once.

views.py keeps what the earlier blocks give for several augmented views of each picture; last_blocks.py is what learns;
steps.py learns, checkpoints.py remembers how far, folds.py tunes without each fold and averages weights.
"""
