"""Calendar months of the city, for what is reviewed monthly."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Seoul")


def month_of(at: datetime) -> str:
    """Name the month of a moment, as `2026-11`."""
    return f"{at.astimezone(ZONE):%Y-%m}"


def span(month: str) -> tuple[datetime, datetime]:
    """Give the first moment of a month, and the first one after it; raises ValueError for what is none."""
    begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZONE)
    after = (begin.year + begin.month // 12, begin.month % 12 + 1)
    return begin, begin.replace(year=after[0], month=after[1])
