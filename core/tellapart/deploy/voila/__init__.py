"""One classifier as a repository: an app that mybinder.org, GitHub Codespaces and one's own computer open in Voila."""
