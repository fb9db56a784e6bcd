"""Service: a bundle behind HTTP. Needs `tellapart[api]`; only this room imports a web framework, and nobody imports it
at the top of a module."""
