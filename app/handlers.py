"""Who hears which message: one explicit dictionary."""

from functools import cache, partial

import casework.handlers
from app.world import World
from core.delivery import Handlers
from ivr import hand, service, steering
from ivr import messages as heard
from routing import messages as queued


@cache
def handlers(world: World) -> Handlers:
    """Bind every message to what is done about it."""
    board, telephone, config = world.board, world.telephone, world.casework
    return {
        heard.CallerWaiting: partial(service.caller_waits, board=board),
        heard.CallerInDanger: partial(service.caller_in_danger, board=board, config=config),
        heard.CallbackRequested: partial(service.callback_requested, board=board, config=config),
        heard.CallerCannotSpeak: hand.cannot_speak,
        heard.KeysAsked: steering.put(telephone, world.settings.wording),
        heard.KeysHeard: partial(hand.keys_heard, board=board),
        heard.CallerClosed: steering.put(telephone, world.settings.wording),
        heard.CallerLeftQueue: partial(service.caller_left_queue, board=board),
        heard.VoicemailRecorded: partial(service.voicemail_recorded, config=config),
        heard.CallChanged: partial(service.call_changed, board=board, config=config),
        heard.ConnectDue: partial(service.connect_due, board=board),
        heard.CallerMoved: steering.move(telephone, world.settings.wording),
        heard.HoldAsked: steering.hold(telephone),
        heard.HangUpAsked: steering.hang_up(telephone),
        heard.CallCheckDue: steering.check(telephone),
        queued.NobodyOnShift: partial(service.nobody_on_shift, config=config),
        queued.SeatLost: partial(service.seat_lost, config=config),
        queued.OfferAccepted: steering.ring(telephone, world.softphone),
        **casework.handlers.handlers(vault=world.settings.vault, redis=world.redis, config=world.casework),
    }
