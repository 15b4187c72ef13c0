"""What a referral needs before it is sent, and who may answer it."""

from collections.abc import Collection

from casework.policy.duties import teams

TO_ANSWER = frozenset({"accepted", "rejected", "done"})
"""Moves of whoever it was sent to; the others are the referrer's."""
NEEDS_REASON = frozenset({"rejected", "revoked", "done"})

NO_CONSENT = (
    "의뢰에는 동의나, 동의를 넘어서는 까닭과 법적 근거가 필요합니다. "
    "A referral needs consent that was given, or an override with its reason and legal_basis."
)


def may_be_sent(consent: str, *, reasoned: bool) -> bool:
    """Tell whether the person's consent, or a reasoned override, lets a referral go out."""
    return consent == "given" or (consent == "overridden" and reasoned)


def may_answer(roles: Collection[str], to_team: str | None) -> bool:
    """Tell whether somebody of these roles answers for whom it was sent to; a partner's answer anybody writes down."""
    return to_team is None or to_team in teams(*roles)
