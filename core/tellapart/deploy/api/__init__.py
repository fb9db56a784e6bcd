"""One bundle as a folder that answers over HTTP: in a container, or with Python alone."""
