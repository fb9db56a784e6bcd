"""Publishing: an app's folder as a repository on GitHub, and the link to it as a QR code."""

from tellapart.deploy.publishing.publication import Published, publish

__all__ = ["Published", "publish"]
