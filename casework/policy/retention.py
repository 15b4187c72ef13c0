"""How long what is kept, in days; every number is a city's to set."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, get_args

Kind = Literal["recordings", "grave_recordings", "drafts", "cases", "dispatches", "logs", "access", "audit"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DAYS: Mapping[Kind, int] = {
    "recordings": 60,
    "grave_recordings": 3 * 365,
    "drafts": 90,
    "cases": 5 * 365,
    "dispatches": 5 * 365,
    "logs": 3 * 365,
    "access": 3 * 365,
    "audit": 10 * 365,
}
"""`grave_recordings` are of callers in danger; `drafts` are contacts without a case, `cases` count from their closing,
`dispatches` from their end; `logs` are what was heard of calls and what was delivered, `access` who looked at whose
data, `audit` what was changed."""
PERIODS: Mapping[Kind, timedelta] = {kind: timedelta(days=days) for kind, days in DAYS.items()}
