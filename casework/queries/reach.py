"""Whose data a permission reaches, compiled into SQL: what a person may not know of is never read.

A list is filtered by these rules; what is asked for by id and lies outside of them is not found.
"""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, false, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from casework.policy.duties import teams
from casework.tables import CarePlan, Case, CompanionRhythm, Contact, Dispatch, Duty, Referral, Visit, WelfareCheck
from core.grants import Held
from core.staff import Actor, Staff

Rule = ColumnElement[bool]
Reached = (
    type[Contact]
    | type[Case]
    | type[Visit]
    | type[Dispatch]
    | type[Referral]
    | type[CarePlan]
    | type[CompanionRhythm]
    | type[WelfareCheck]
)


def reaches(tx: Session, table: Reached, key: UUID, rule: Rule) -> bool:
    """Tell whether there is such a row, and within reach."""
    return tx.scalar(select(table.id).where(table.id == key, rule)) is not None


def contacts(actor: Actor, permission: str) -> Rule:
    """Reach one's own contacts, those of nobody, those on which one owes something, and what the scope adds."""
    return or_(false(), *(_contacts(actor, held) for held in actor.reach(permission)))


def cases(actor: Actor, permission: str) -> Rule:
    """Reach one's own cases, those of one's contacts and duties, and what the scope adds."""
    return or_(false(), *(_cases(actor, held) for held in actor.reach(permission)))


def visits(actor: Actor, permission: str) -> Rule:
    """Reach visits that one makes or asked for, those of the cases one reaches, and those of one's district."""
    return or_(false(), *(_visits(actor, held) for held in actor.reach(permission)))


def dispatches(actor: Actor, permission: str) -> Rule:
    """Reach dispatches that one asked for, and those of the cases one reaches."""
    return or_(false(), *(_asked(Dispatch, actor, held) for held in actor.reach(permission)))


def referrals(actor: Actor, permission: str) -> Rule:
    """Reach referrals that one wrote, those sent to one's team, and those of the cases one reaches."""
    return or_(false(), *(_referrals(actor, held) for held in actor.reach(permission)))


def _referrals(actor: Actor, held: Held) -> Rule:
    if held.scope == "all":
        return true()
    sent_here = and_(Referral.to_team.in_(teams(held.role)), Referral.state != "draft")
    of_case = Referral.case_id.in_(select(Case.id).where(_cases(actor, held)))
    return or_(Referral.referred_by == actor.id, sent_here, of_case)


def _contacts(actor: Actor, held: Held) -> Rule:
    if held.scope == "all":
        return true()
    rules: list[Rule] = [Contact.owner_id.is_(None), Contact.owner_id == actor.id, _hang_on(_owed_by(actor))]
    if held.scope == "team":
        rules += [Contact.owner_id.in_(_mates(actor)), _hang_on(_owed_by_team(held))]
    if held.scope == "district":
        rules.append(Contact.case_id.in_(select(Case.id).where(_known(Case.district, held.district))))
    return or_(*rules)


def _cases(actor: Actor, held: Held) -> Rule:
    if held.scope == "all":
        return true()
    mine = select(Contact.case_id).where(Contact.owner_id == actor.id, Contact.case_id.is_not(None))
    rules: list[Rule] = [Case.owner_id == actor.id, Case.id.in_(mine)]
    rules.append(Case.id.in_(_ids(Duty.case_id, _owed_by(actor))))
    if held.scope == "team":
        rules += [Case.owner_id.in_(_mates(actor)), Case.id.in_(_ids(Duty.case_id, _owed_by_team(held)))]
    if held.scope == "district":
        rules.append(_known(Case.district, held.district))
    return or_(*rules)


def _visits(actor: Actor, held: Held) -> Rule:
    rules: list[Rule] = [_asked(Visit, actor, held), literal(actor.id) == any_(Visit.workers)]
    # Social workers send the field team of their district, which is a team of theirs too.
    if held.scope in {"team", "district"}:
        rules.append(_known(Visit.district, held.district))
    return or_(*rules)


def _asked(table: type[Visit] | type[Dispatch], actor: Actor, held: Held) -> Rule:
    if held.scope == "all":
        return true()
    return or_(table.requested_by == actor.id, table.case_id.in_(select(Case.id).where(_cases(actor, held))))


def _owed_by(actor: Actor) -> tuple[Rule, ...]:
    return (Duty.owner_id == actor.id, Duty.ended_at.is_(None))


def _owed_by_team(held: Held) -> tuple[Rule, ...]:
    return (Duty.team.in_(teams(held.role)),)


def _hang_on(owed: tuple[Rule, ...]) -> Rule:
    """Find the contacts of duties: their own, those of their case, and those of a call-back."""
    of_case = Contact.case_id.in_(_ids(Duty.case_id, owed))
    return or_(Contact.id.in_(_ids(Duty.contact_id, owed)), of_case, Contact.callback_duty_id.in_(_ids(Duty.id, owed)))


Column = InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]


def _ids(column: Column, owed: tuple[Rule, ...]) -> Select[UUID | None]:
    return select(column).where(*owed, column.is_not(None))


def _mates(actor: Actor) -> Select[UUID]:
    return select(Staff.id).where(_known(Staff.team, actor.team))


def _known(column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], value: str | None) -> Rule:
    """Compare with a team or a district; who has none reaches none, not what has none."""
    return false() if value is None else column == value
