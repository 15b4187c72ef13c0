"""Promises of the composition root: the servers that come along, and the processes it keeps alive."""
