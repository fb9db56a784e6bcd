"""A network that learns described data: a linear probe first, then all layers; judged on what it has not seen, and
written as a bundle."""
