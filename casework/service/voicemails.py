"""What a caller left us to hear: owed like a call-back, heard by whoever may, written down by a transcriber if any."""

from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from casework import outside, signing
from casework.config import Config
from casework.messages import TranscriptWanted, VoicemailAwaited
from casework.policy.duties import SHORTEST_VOICEMAIL
from casework.queries import contacts
from casework.queries import voicemails as queries
from casework.queries.callbacks import callback_of_caller
from casework.service import keys
from casework.service.access import require_reader
from casework.service.calls import CALLBACK, never_answered
from casework.service.erasing import Why, destroyed
from casework.service.owing import Owed, owe
from casework.tables import Contact, Voicemail
from core import outbox
from core.access_log import Seen, looked
from core.ids import named_id
from core.security import Vault
from core.staff import Actor
from core.words import without_resident_numbers

LONGEST_TRANSCRIPT = 20_000


def recorded(tx: Session, contact_id: UUID, recording: str, seconds: int, *, config: Config, at: datetime) -> Voicemail:
    """Write down that a caller left their words, once for each recording; who said too little is owed nothing by it."""
    contact = contacts.lock_contact(tx, contact_id)
    known = queries.of_recording(tx, recording)
    if known is not None:
        return known
    made = Voicemail(id=named_id("voicemail", recording), contact_id=contact.id, recording=recording, seconds=seconds)
    made.recorded_at = at
    tx.add(made)
    tx.flush()
    if seconds >= SHORTEST_VOICEMAIL:
        made.duty_id = _owe(tx, contact, config, at)
        outbox.post(tx, TranscriptWanted(made.id), at=at, id=named_id("transcript", recording))
    tx.flush()
    return made


def _owe(tx: Session, contact: Contact, config: Config, at: datetime) -> UUID:
    # Whoever is called back anyway is not called twice: the voicemail is heard before that call.
    if contact.callback_duty_id is None and contact.channel == CALLBACK:
        contact.callback_duty_id = callback_of_caller(tx, contact.id)
    if contact.callback_duty_id is None:
        new = Owed(
            id=named_id("duty", "voicemail", str(contact.id)), kind="voicemail", contact_id=contact.id,
            due_at=at + config.voicemail_within, caller_fingerprint=contact.caller_fingerprint,
            place_at=contact.queued_at or contact.opened_at,
        )  # fmt: skip
        contact.callback_duty_id, contact.unanswered = owe(tx, new, at=at).id, "voicemail"
    return contact.callback_duty_id


def on_awaited(tx: Session, message: VoicemailAwaited, at: datetime, *, config: Config) -> None:
    """Follow a caller up like one who hung up, where they were asked to speak and said nothing that can be heard."""
    contact = contacts.lock_contact(tx, message.contact_id)
    left = any(voicemail.duty_id for voicemail in queries.of_contact(tx, contact.id))
    if not left and contact.state == "open" and contact.answered_at is None:
        never_answered(tx, contact, config=config, at=at)


def hear(tx: Session, voicemail_id: UUID, actor: Actor, *, at: datetime) -> Voicemail:
    """Let somebody hear a voicemail, which is written down; raises NotFound outside one's reach."""
    found = _readable(tx, voicemail_id, actor)
    if found.heard_at is None:
        found.heard_at, found.heard_by = at, actor.id
    looked(tx, actor, Seen("voicemail", [found.id]), action="hear", at=at)
    tx.flush()
    return found


def read(tx: Session, voicemail_id: UUID, actor: Actor, *, vault: Vault, at: datetime) -> tuple[Voicemail, str | None]:
    """Give a voicemail and its words, as far as somebody wrote them down; that they were read is written down."""
    found = _readable(tx, voicemail_id, actor)
    if found.transcript_cipher is None:
        return found, None
    looked(tx, actor, Seen("voicemail", [found.id]), at=at)
    return found, keys.bound(tx, vault).open(found.transcript_cipher)


def _readable(tx: Session, voicemail_id: UUID, actor: Actor) -> Voicemail:
    found = queries.voicemail(tx, voicemail_id)
    require_reader(tx, contacts.contact(tx, found.contact_id), actor, "voicemail.hear")
    return found


def prepare(tx: Session, message: TranscriptWanted, at: datetime, *, config: Config) -> outside.Request | None:
    """Before the transcriber is asked: give the signed request; None without an endpoint, or once it is written."""
    endpoint = config.endpoints.get("transcription")
    found = queries.voicemail(tx, message.voicemail_id)
    if endpoint is None or found.transcript_cipher is not None:
        return None
    told = {"kind": "transcription", "id": str(found.id), "recording": found.recording, "seconds": found.seconds}
    body = orjson.dumps(told)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "goodbye120",
        "Idempotency-Key": str(found.id),
        signing.HEADER: signing.sign(endpoint.secret, at, body),
    }
    return outside.Request(found.id, endpoint, headers, body, config.outside_timeout)


def record(tx: Session, message: TranscriptWanted, words: str, at: datetime, *, vault: Vault) -> None:
    """After the transcriber was asked: keep its words, sealed; no words are nothing to keep."""
    found = queries.voicemail(tx, message.voicemail_id)
    if words:
        kept = without_resident_numbers(words[:LONGEST_TRANSCRIPT])
        found.transcript_cipher, found.transcribed_at = vault.seal(kept), at
        tx.flush()


def recording_to_erase(tx: Session, voicemail_id: UUID) -> str | None:
    """Give the provider's id of a recording that is still there, or None."""
    found = queries.voicemail(tx, voicemail_id)
    return found.recording if found.erased_at is None else None


def recording_erased(tx: Session, voicemail_id: UUID, why: Why, *, at: datetime) -> None:
    """Write down that a recording is destroyed, and its words with it."""
    found = queries.voicemail(tx, voicemail_id)
    if found.erased_at is None:
        found.erased_at, found.transcript_cipher = at, None
        destroyed(tx, ("recording", found.id), 1, why, by=None, at=at)
        tx.flush()
