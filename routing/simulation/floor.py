"""The counselors at their seats: who sits down, is free, rests and goes; callers are the line's matter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from routing.simulation.agenda import Agenda
from routing.simulation.rota import Shift


@dataclass(slots=True, eq=False)
class Seat:
    """A counselor's seat: `away, idle, offered, busy`, or `absent`: resting or out of reach."""

    counselor: int
    id: UUID
    state: str = "away"
    until: float = 0.0
    """When the shift ends."""
    idle_since: float = 0.0
    busy_s: float = 0.0
    rest_due: bool = False


class Floor:
    """All seats; `tell` hears of a seat's new activity, and `on_free` that a seat can take a caller."""

    def __init__(
        self, agenda: Agenda, rest_s: float, tell: Callable[[Seat, str], None], on_free: Callable[[], None]
    ) -> None:
        self._agenda, self._rest_s, self._tell, self._on_free = agenda, rest_s, tell, on_free
        self._seats: dict[int, Seat] = {}

    def open(self, shifts: Iterable[Shift]) -> None:
        """Plan who sits down when."""
        for shift in shifts:
            seat = self._seats.setdefault(shift.counselor, Seat(shift.counselor, UUID(int=shift.counselor + 1)))
            self._agenda.plan(shift.begin, partial(self._sit_down, seat, shift))

    def free(self) -> list[Seat]:
        """Give the seats that can take a caller."""
        return [seat for seat in self._seats.values() if seat.state == "idle"]

    def done(self, seat: Seat, *, was_out: bool = False) -> None:
        """Let a seat take the next caller, unless its shift is over or a rest is due."""
        if self._agenda.now >= seat.until:
            seat.state = "away"
            self._tell(seat, "offline")
        elif seat.rest_due:
            seat.rest_due = False
            self.pause(seat, self._rest_s)
        else:
            seat.state, seat.idle_since = "idle", self._agenda.now
            if was_out:
                self._tell(seat, "available")
            self._on_free()

    def take_back(self, seat: Seat) -> None:
        """Let a seat go on whose caller has left: it stays the one that has been free since then."""
        if self._agenda.now >= seat.until or seat.rest_due:
            self.done(seat)
        else:
            seat.state = "idle"
            self._on_free()

    def pause(self, seat: Seat, seconds: float) -> None:
        """Give a counselor a time without callers, where the shift is not over."""
        if self._agenda.now >= seat.until:
            self.done(seat)
        else:
            self._tell(seat, "break")
            self.absent(seat, seconds)

    def absent(self, seat: Seat, seconds: float) -> None:
        """Have a seat out of reach for so long."""
        seat.state = "absent"
        self._agenda.plan(seconds, partial(self.done, seat, was_out=True))

    def _sit_down(self, seat: Seat, shift: Shift) -> None:
        now = self._agenda.now
        seat.until, seat.busy_s, seat.rest_due = shift.end, 0.0, False
        self._agenda.plan(shift.end - now, partial(self._shift_ends, seat))
        if shift.rest_at is not None:
            self._agenda.plan(shift.rest_at - now, partial(self._rest, seat))
        if seat.state == "away":
            self.done(seat, was_out=True)

    def _shift_ends(self, seat: Seat) -> None:
        if seat.state == "idle":
            self.done(seat)

    def _rest(self, seat: Seat) -> None:
        seat.rest_due = seat.state != "away"
        if seat.state == "idle":
            self.done(seat)
