"""What the whole tree promises: sizes, words, clean locks, sound scripts; knows nothing of what the code does."""
