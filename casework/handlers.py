"""Casework's part of the one dictionary of handlers, bound to what they need."""

from functools import partial

from redis import Redis

from casework import care_messages, outside
from casework import messages as m
from casework.config import Config, Means
from casework.service import (
    care_plans,
    companions,
    consents,
    dispatches,
    dropped,
    duties,
    escalations,
    referrals,
    retention,
    reveals,
    visits,
    voicemails,
    welfare_checks,
)
from core.delivery import Handler, Outward
from core.messages import Message
from core.security import Vault


def handlers(*, vault: Vault, redis: Redis, config: Config) -> dict[type[Message], Handler]:
    """Name who handles each of casework's messages."""
    return {
        m.DutyOwed: partial(duties.on_owed, redis=redis),
        m.DutyOpens: partial(duties.on_opens, redis=redis),
        m.DutyDue: partial(duties.on_due, redis=redis, config=config),
        m.DutyStillOverdue: partial(duties.on_still_overdue, redis=redis, config=config),
        m.CallerNotReached: partial(dropped.on_not_reached, means=Means(vault, config)),
        m.EscalationRaised: partial(escalations.on_raised, redis=redis),
        m.EscalationAcknowledged: partial(escalations.on_acknowledged, redis=redis),
        m.EscalationDue: partial(escalations.on_due, config=config),
        m.VisitRequested: Outward(
            partial(visits.prepare, vault=vault, config=config, redis=redis), outside.send, visits.record, visits.failed
        ),
        m.VisitAcknowledgmentDue: partial(visits.on_acknowledgment_due, config=config),
        m.VisitCheckOutDue: partial(visits.on_check_out_due, config=config),
        m.VisitDue: partial(visits.on_due, config=config),
        m.DispatchRequested: Outward(
            partial(dispatches.prepare, vault=vault, config=config, redis=redis),
            outside.send,
            dispatches.record,
            dispatches.failed,
        ),
        m.DispatchAcknowledgmentDue: partial(dispatches.on_acknowledgment_due, config=config),
        m.VoicemailAwaited: partial(voicemails.on_awaited, config=config),
        m.TranscriptWanted: Outward(
            partial(voicemails.prepare, config=config), outside.transcribe, partial(voicemails.record, vault=vault)
        ),
        m.RevealsToReview: partial(reveals.on_to_review, config=config),
        m.ConsentWithdrawn: partial(consents.on_withdrawn, vault=vault),
        m.RetentionDue: partial(retention.on_due, config=config, vault=vault),
        m.ReferralSettled: partial(referrals.on_settled, redis=redis),
        m.ReferralExpires: partial(referrals.on_expires, config=config),
        m.DispatchArrivalDue: partial(dispatches.on_arrival_due, config=config),
        care_messages.CarePlanReviewDue: partial(care_plans.on_review_due, config=config),
        care_messages.CarePlanExpired: care_plans.on_expired,
        care_messages.CompanionCallsDue: partial(companions.on_calls_due, config=config),
        care_messages.PersonSeen: welfare_checks.on_seen,
    }
