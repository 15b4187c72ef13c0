"""Pages for the people who work here: server-rendered, Korean first, English by a switch.

Knows nothing the API does not say: everything is asked of the same services, with the same permissions.
"""
