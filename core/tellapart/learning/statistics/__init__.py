"""Statistics of answers: two classifiers compared, and what probabilities are worth."""
