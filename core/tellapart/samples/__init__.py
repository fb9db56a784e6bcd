"""Samples: drawn pictures of four look-alike kinds of leaves, with planted flaws, to try everything on."""

from tellapart.samples.sampler import SampleSet, make_samples

__all__ = ["SampleSet", "make_samples"]
