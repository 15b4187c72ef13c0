"""Who hears which message: one explicit dictionary."""

from functools import cache, partial

import casework.handlers
from app.world import World
from casework.config import Means
from casework.messages import CallbackSettled, ContactPlaced, DispatchToRead, RecordingToErase
from core.delivery import Handlers
from ivr import consults, districts, hand, officer, parties, recordings, seats, service, steering
from ivr import messages as heard
from ivr import party_messages as party
from ivr.callbacks import asking, dialing, ending, lining
from ivr.callbacks import messages as called
from ivr.catalog import load as load_flows
from routing import messages as queued


@cache
def handlers(world: World) -> Handlers:
    """Bind every message to what is done about it."""
    board, telephone, config, wording = world.board, world.telephone, world.casework, world.settings.wording
    means = world.callbacks
    return {
        heard.CallerWaiting: partial(ending.caller_waits, means=means),
        heard.CallerInDanger: partial(service.caller_in_danger, board=board, config=config),
        heard.CallbackRequested: partial(service.callback_requested, board=board, config=config),
        heard.CallerCannotSpeak: hand.cannot_speak,
        heard.KeysAsked: steering.put(telephone, wording),
        heard.KeysHeard: partial(hand.keys_heard, board=board),
        heard.CallerClosed: steering.put(telephone, wording),
        heard.CallerLeftQueue: partial(service.caller_left_queue, board=board),
        heard.VoicemailRecorded: partial(service.voicemail_recorded, config=config),
        heard.CallChanged: partial(service.call_changed, board=board, config=config),
        heard.ConnectDue: partial(service.connect_due, board=board),
        heard.CallerMoved: steering.move(telephone, wording),
        heard.HoldAsked: steering.hold(telephone),
        heard.HangUpAsked: steering.hang_up(telephone),
        heard.CallCheckDue: steering.check(telephone),
        heard.CallOver: partial(ending.call_over, means=means),
        heard.PersonReached: dialing.person_reached,
        heard.PersonDeclined: partial(ending.person_declined, means=means),
        queued.NobodyOnShift: partial(service.nobody_on_shift, config=config),
        queued.SeatLost: partial(seats.seat_lost, config=config),
        queued.OutcomeOwed: partial(seats.outcome_owed, config=config),
        queued.LastSeatSilent: partial(seats.last_seat_silent, config=config),
        queued.OfferAccepted: steering.ring(telephone, world.softphone, board),
        queued.NotTaken: partial(consults.not_taken, board=board),
        ContactPlaced: districts.contact_placed,
        RecordingToErase: recordings.erase(telephone),
        DispatchToRead: officer.call(telephone, world.pace, Means(world.settings.vault, config)),
        **_of_parties(world),
        **_of_callbacks(world),
        **casework.handlers.handlers(vault=world.settings.vault, redis=world.redis, config=world.casework),
    }


def _of_callbacks(world: World) -> Handlers:
    means = world.callbacks
    return {
        called.CallbackDue: partial(lining.come_due, means=means),
        called.CallbackClosing: partial(lining.closing, means=means),
        called.PersonToCall: dialing.dial(world.telephone, world.pace, load_flows(), means),
        called.DialCheckDue: dialing.dial_check,
        CallbackSettled: partial(asking.on_settled, means=means),
    }


def _of_parties(world: World) -> Handlers:
    board, telephone, wording = world.board, world.telephone, world.settings.wording
    return {
        party.DeskAsked: parties.ring_desk(telephone, dict(wording.desks), board),
        party.TransferDue: parties.look_after(telephone, board),
        party.LineHanded: parties.hand_line(telephone),
        party.CallerHanded: parties.hand_caller(telephone, wording),
        party.WatchAsked: parties.join(telephone, world.softphone),
        party.WatchChanged: parties.change(telephone),
        party.WatchJoined: parties.announce(telephone, wording, wanted=world.settings.announce_listening),
    }
