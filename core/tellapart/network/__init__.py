"""The only folder that imports torch: weights are read, changed or converted here. This module imports
nothing."""
