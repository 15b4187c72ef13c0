"""The offline voice: what a prompt sounds like on a telephone line when no cloud may be asked.

Knows text, languages and 16-bit 8 kHz mono samples. Knows nothing of calls, of SIP, or of who is listening.
"""

from simulator.voice.engines import Engine, choose
from simulator.voice.speech import Voice

__all__ = ["Engine", "Voice", "choose"]
