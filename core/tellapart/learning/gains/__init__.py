"""Gains: how much less would be wrong after a step, such as labels put right or more pictures, before it is done."""
