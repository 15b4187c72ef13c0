"""How the schema came to be, one step a file.

Knows nothing of what the rows mean.
"""
