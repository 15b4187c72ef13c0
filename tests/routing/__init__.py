"""The queue: who is offered whom, what is left when something breaks, and what the figures say."""
