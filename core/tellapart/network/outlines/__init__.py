"""Outlines in torch: the built-in network as encoder, a small decoder, its training, and its way to ONNX."""
