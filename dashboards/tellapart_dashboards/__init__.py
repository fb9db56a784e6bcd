"""Widget pages over a tellapart project: gather, train, classify, side by side in the studio."""
