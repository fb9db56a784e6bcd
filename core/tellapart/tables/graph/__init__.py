"""A classifier of rows as an ONNX graph."""
