"""Composition root: reads the settings and the wall clock, and joins the packages into processes.

Knows nothing a package could know for itself: it decides nothing about calls, queues or cases.
"""
