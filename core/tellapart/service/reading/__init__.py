"""Reading: from a request's body, as it comes, to the pictures in it."""
