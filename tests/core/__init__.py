"""Promises of the ground floor."""
