"""Promises of the call."""
