"""What a caller hears and presses, and what that starts.

Knows nothing of pages, and of a queue or a case only what their services say.
"""
