"""The state machines of casework as tables, checked when this module is imported."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Machine:
    """States and the moves between them; a state without moves is final and absorbs."""

    name: str
    start: str
    moves: Mapping[str, frozenset[str]]
    closed: frozenset[str]
    """States in which nothing is owed any more."""

    @property
    def states(self) -> frozenset[str]:
        """Every state there is."""
        return frozenset(self.moves)

    @property
    def final(self) -> frozenset[str]:
        """States that nothing leaves."""
        return frozenset(state for state, targets in self.moves.items() if not targets)

    @property
    def open(self) -> frozenset[str]:
        """States in which something is still owed."""
        return self.states - self.closed


def machine(name: str, start: str, over: str, /, **moves: str) -> Machine:
    """Read a table written as words; raises ValueError where it does not hold together."""
    table = {state: frozenset(targets.split()) for state, targets in moves.items()}
    made = Machine(name, start, table, frozenset(over.split()))
    check(made)
    return made


def check(table: Machine) -> None:
    """Raise ValueError unless every state exists, is reachable and can end, and every final state is closed."""
    known = table.states
    named = {table.start, *table.closed}.union(*table.moves.values())
    if named - known:
        raise ValueError(f"{table.name}: no such state: {', '.join(sorted(named - known))}.")
    if known - reach(table, table.start):
        raise ValueError(f"{table.name}: never reached: {', '.join(sorted(known - reach(table, table.start)))}.")
    if table.final - table.closed:
        raise ValueError(f"{table.name}: final but not closed: {', '.join(sorted(table.final - table.closed))}.")
    endless = {state for state in known if not reach(table, state) & table.closed}
    if endless:
        raise ValueError(f"{table.name}: no way to end from: {', '.join(sorted(endless))}.")


def reach(table: Machine, start: str) -> frozenset[str]:
    """List the states that can follow, `start` included."""
    seen, ahead = {start}, [start]
    while ahead:
        new = table.moves[ahead.pop()] - seen
        seen |= new
        ahead.extend(new)
    return frozenset(seen)


def move(table: Machine, now: str, to: str) -> str:
    """Give `to`; raises Conflict naming the allowed moves where there is no such move."""
    allowed = sorted(table.moves[now])
    if to in allowed:
        return to
    hope = f"From here it can become: {', '.join(allowed)}." if allowed else "It is over and stays as it is."
    raise Conflict(f"This {table.name} is {now} and cannot become {to}. {hope}", state=now, allowed=allowed)


CONTACT = machine(
    "contact", "open", "finalized voided",
    open="in_progress draft voided",
    in_progress="draft finalized voided",
    draft="finalized voided",
    finalized="reopened",
    reopened="finalized",
    voided="",
)  # fmt: skip
CASE = machine(
    "case", "open", "closed",
    open="assessment on_hold closed",
    assessment="plan on_hold closed",
    plan="assessment in_service on_hold closed",
    in_service="plan monitoring on_hold closed",
    monitoring="in_service on_hold closed",
    on_hold="assessment plan in_service monitoring closed",
    closed="reopened",
    reopened="assessment plan in_service monitoring on_hold closed",
)  # fmt: skip
DUTY = machine(
    "duty", "planned", "done missed cancelled",
    planned="due overdue attempted done missed cancelled",
    due="overdue attempted done missed cancelled",
    overdue="attempted done missed cancelled",
    attempted="attempted overdue done missed cancelled",
    done="",
    missed="",
    cancelled="",
)  # fmt: skip
VISIT = machine(
    "visit", "requested", "reported canceled",
    requested="scheduled assigned canceled",
    scheduled="assigned canceled",
    assigned="scheduled en_route canceled",
    en_route="on_site assigned canceled",
    on_site="contact_made no_answer refused unfounded",
    contact_made="reported",
    no_answer="scheduled reported",
    refused="reported",
    unfounded="reported",
    reported="",
    canceled="",
)  # fmt: skip
DISPATCH = machine(
    "dispatch", "drafted", "contact_made resolved canceled",
    drafted="requested canceled",
    requested="acknowledged en_route on_scene contact_made no_contact failed canceled",
    acknowledged="en_route on_scene contact_made no_contact failed canceled",
    en_route="on_scene contact_made no_contact failed canceled",
    on_scene="contact_made no_contact failed canceled",
    no_contact="escalated contact_made canceled",
    failed="escalated requested canceled",
    escalated="requested acknowledged en_route on_scene contact_made no_contact failed canceled",
    contact_made="resolved",
    resolved="",
    canceled="",
)  # fmt: skip
ESCALATION = machine(
    "escalation", "raised", "resolved",
    raised="notified acknowledged resolved",
    notified="notified acknowledged resolved",
    acknowledged="resolved",
    resolved="",
)  # fmt: skip
SCREENING = machine(
    "screening", "started", "finished",
    started="finished",
    finished="",
)  # fmt: skip
REFERRAL = machine(
    "referral", "draft", "done rejected revoked expired",
    draft="sent revoked",
    sent="accepted rejected revoked expired",
    accepted="done revoked",
    done="",
    rejected="",
    revoked="",
    expired="",
)  # fmt: skip
CARE_PLAN = machine(
    "care plan", "draft", "ended",
    draft="active ended",
    active="under_review ended",
    under_review="active ended",
    ended="",
)  # fmt: skip
COMPANION_RHYTHM = machine(
    "companion rhythm", "active", "ended",
    active="paused ended",
    paused="active ended",
    ended="",
)  # fmt: skip
COMPANION_CALL = machine(
    "companion call", "planned", "reached missed skipped cancelled",
    planned="reached missed skipped cancelled",
    reached="",
    missed="",
    skipped="cancelled",
    cancelled="",
)  # fmt: skip
WELFARE_CHECK = machine(
    "welfare check", "requested", "contact_made closed",
    requested="trying visiting dispatched contact_made closed",
    trying="visiting dispatched contact_made closed",
    visiting="visiting dispatched contact_made closed",
    dispatched="contact_made closed",
    contact_made="",
    closed="",
)  # fmt: skip

MACHINES = (
    CONTACT, CASE, DUTY, VISIT, DISPATCH, ESCALATION, SCREENING, REFERRAL, CARE_PLAN, COMPANION_RHYTHM,
    COMPANION_CALL, WELFARE_CHECK,
)  # fmt: skip
