"""Loopback servers with the shapes, limits and faults of the real services, for tests of gathering."""
