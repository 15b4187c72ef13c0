"""What casework decides, computed from plain values: no clock, no database, no network."""
