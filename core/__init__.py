"""The ground floor: errors, ids, database, outbox, journal, security, audit, web.

Knows nothing of telephones, queues or cases.
"""
