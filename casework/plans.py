"""What a care plan, a safety plan and an agreement on companion calls say, as it comes in."""

from datetime import date, time
from typing import Annotated, Literal, Self, get_args
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from casework.form import Part
from casework.policy.rhythm import OnHoliday
from casework.words import Fit, Name, Paragraph
from core.errors import Invalid
from core.phone import read_address

Words = Annotated[str, Field(max_length=200), Fit, Field(min_length=1)]
Few = Annotated[list[Words], Field(max_length=10, default_factory=list)]
Short = Annotated[Name, Field(min_length=1)]
_REACHABLE = {"number", "short"}


def _phone(raw: str) -> str:
    address = read_address(raw)
    if address.kind not in _REACHABLE or not address.value:
        raise ValueError("write a telephone number such as 010-1234-5678, 1577-0199 or 109")
    return address.value


def _in_our_time(day: date) -> date:
    if not 2000 <= day.year <= 2200:  # noqa: PLR2004 - a century either way
        raise ValueError("write a date between the years 2000 and 2200")
    return day


def _of_the_city(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("write the time as the city's clock shows it, such as 10:00")
    return clock


Day = Annotated[date, AfterValidator(_in_our_time)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(_phone)]


class Limit(Part):
    """Something that is limited, in words that were agreed with the person, and when."""

    words: Words
    agreed_on: Day


class CareWords(Part):
    """A care plan: what whoever answers should know, and what was agreed. It is read by people and enforces nothing."""

    helps: Few
    avoid: Few
    preferred: Annotated[list[UUID], Field(max_length=3, default_factory=list)]
    rhythm: Words | None = None
    limits: Annotated[list[Limit], Field(max_length=5, default_factory=list)]
    review_on: Day
    expires_on: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review_on > self.expires_on:
            raise ValueError("the review must not be after the end")
        if len(set(self.preferred)) < len(self.preferred):
            raise ValueError("name each preferred counselor once")
        return self

    def check(self, today: date, latest: date) -> None:
        """Raise Invalid unless its dates fit the day on which it is written or agreed to."""
        if not today < self.review_on:
            raise Invalid("다시 볼 날은 내일부터 적어 주세요. The review is on a day to come.", at="review_on")
        if self.expires_on > latest:
            raise Invalid(f"늦어도 {latest}에는 끝나야 합니다. A plan ends by {latest}.", at="expires_on")
        if any(limit.agreed_on > today for limit in self.limits):
            raise Invalid("합의한 날이 아직 오지 않았습니다. A limit has been agreed already.", at="limits")


class Supporter(Part):
    """Somebody to be with, or to ask for help."""

    name: Short
    phone: Phone | None = None
    gives: Literal["company", "help"] = "help"


class Professional(Part):
    """A professional or a service, and their number."""

    name: Short
    phone: Phone
    hours: Name | None = None


class SafetyWords(Part):
    """A safety plan, in the person's own words, from what they notice first to whom they call."""

    signs: Few
    own_ways: Few
    places: Few
    people: Annotated[list[Supporter], Field(max_length=10, default_factory=list)]
    professionals: Annotated[list[Professional], Field(max_length=10, default_factory=list)]
    safer_place: Few

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(getattr(self, name) for name in type(self).model_fields):
            raise ValueError("write at least one step")
        return self


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Agreed(Part):
    """When somebody is called, and by whom, as it was agreed with them."""

    weekday: Weekday
    call_time: Annotated[time, AfterValidator(_of_the_city)]
    every_weeks: Annotated[int, Field(ge=1, le=8)] = 1
    first_on: Day
    last_on: Day | None = None
    on_holiday: OnHoliday = "skip"
    companion_id: UUID
    words: Paragraph | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.last_on is not None and self.last_on < self.first_on:
            raise ValueError("the last day must not be before the first")
        return self
