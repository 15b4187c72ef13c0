"""What the network does when a document tells it to: one module for each family of verbs."""
