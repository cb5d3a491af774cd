"""Contest and giveaway campaigns with a draw that anyone can check."""

__version__ = "0.1.0"
