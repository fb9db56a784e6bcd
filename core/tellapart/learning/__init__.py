"""Learning: arrays in, arrays out. Splits, folds, the head, calibration, novelty and the numbers about them."""
