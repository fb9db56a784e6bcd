"""How a training looks where it is printed, and in a notebook."""
