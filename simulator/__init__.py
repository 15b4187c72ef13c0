"""A telephone network in miniature: it speaks the provider's webhooks and REST.

It knows calls, queues, conferences and keys. It knows nothing of the product: they share HTTP and SIP, never code.
"""
