"""Korea's own numbers for a crisis, which a counselor can bring into a call without any setting."""

from typing import Final

CHECKED: Final = "2026-11-24"
"""When somebody last looked these up; `goodbye120 doctor` cannot."""
CRISIS_DESKS: Final = {"119": "119", "112": "112", "109": "109", "1577-0199": "15770199"}
"""Rescue, police, suicide prevention, mental health crisis. A desk of the same name in DESKS goes before these."""
