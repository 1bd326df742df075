"""What the chapters of *Stacked LSTMs, Step by Step* import.

Importing the package loads neither Keras nor TensorFlow, so that
`setup` can still choose how they start.
"""

from lstm_utils.notebook import setup, versions

__all__ = ["setup", "versions"]
__version__ = "0.1.0"
