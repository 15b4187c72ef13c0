"""People, contacts and cases, and every duty that follows from a conversation until it is done.

Knows nothing of telephones, queues or seats: it is told that somebody was answered, or was not.
"""
