"""Which counselor takes which waiting caller, and when: the queue, the seats, the offers, the metrics.

Knows nothing of telephones, of what callers hear, or of cases: a caller is a contact's id and a place in a line.
"""
