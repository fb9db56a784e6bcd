"""What lies where in a picture: what each place adds to an answer."""
