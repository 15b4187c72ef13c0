"""Calling people back: at their place in the queue, at a time that suits them, never twice for one promise.

A call-back stands in the queue like a caller, under a contact of its own. What the provider names a call only when it
is dialed, we name before (`line`): the counselor is in the room of that name when the person answers.
"""
