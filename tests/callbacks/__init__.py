"""Calling people back: its rules, its pace, its races, its API."""
