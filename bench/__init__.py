"""Figures, each a ratio within one run, so that a noisy machine does not matter.

Knows the product from outside; nothing of the product knows it.
"""
