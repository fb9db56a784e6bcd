"""Work on a thread of the page: how far it is, and a way to stop it."""
