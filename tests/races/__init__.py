"""Two at once: workers, webhooks, counselors, clocks."""
