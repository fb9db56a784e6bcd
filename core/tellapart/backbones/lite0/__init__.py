"""The built-in eye: EfficientNet-Lite0 with ImageNet weights, from a registry package, as one ONNX file.

weights.py reads the package's file without torch and without pickle; graph.py writes the network as ONNX; keeping.py
makes that file once in the user's cache. tensors.json says where each tensor lies, record.json what comes out.
"""
