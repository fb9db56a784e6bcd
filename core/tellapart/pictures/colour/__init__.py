"""Colour: embedded profiles and code points, converted to sRGB."""
