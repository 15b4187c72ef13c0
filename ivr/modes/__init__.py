"""The system mode: how the whole line stands. Knows nothing of single calls: a mode is where new ones begin."""
