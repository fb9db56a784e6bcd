"""Samples: drawn pictures of four look-alike kinds of leaves, with planted flaws, to try everything on."""

from tellapart.samples.sampler import SampleSet, leaf_places, make_samples

__all__ = ["SampleSet", "leaf_places", "make_samples"]
