"""Depth: pictures with more than eight bits a channel, made into eight."""
