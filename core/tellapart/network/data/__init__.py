"""Described data in torch: pictures opened and cut to squares, put into batches, varied, shown."""
