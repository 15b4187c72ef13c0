"""The SIP door: a real telephone dials into the network in miniature, hears it over RTP, and can be called by it.

Knows SIP, RTP and the `Leg` it stands for. Knows nothing of TwiML, of webhooks, or of what is being said.
"""

from simulator.sip.door import Door, serve

__all__ = ["Door", "serve"]
