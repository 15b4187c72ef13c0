"""Whole telephone calls, from the first ring to a closed duty."""
