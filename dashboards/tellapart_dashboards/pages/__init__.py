"""Pages: gather, clean, train, classify; each a state, a view and its texts."""
