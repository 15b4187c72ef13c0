"""Promises, each a sentence that is true.

Knows everything, and nothing depends on it.
"""
