"""What `goodbye120 simulate` is asked, and what it shows: a table, JSON, CSV, and a plot; it decides nothing itself."""
