"""Casework, tested on a real database and a real Redis."""
