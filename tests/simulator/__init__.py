"""Promises of the telephone network in miniature."""
