"""A recording whose time is over is destroyed at the provider, and that it was is written down once."""

from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

import pytest

from casework.messages import RecordingToErase
from casework.tables import Contact, Destruction, Voicemail
from core import outbox
from core.db import Sessions
from core.delivery import Handlers, deliver
from core.ids import named_id
from core.security import Vault
from ivr import recordings
from ivr.telephony import TwilioTelephone
from ivr.twiml import Wording

KEY = named_id("voicemail", "RE1")


class Provider:
    """A provider that destroys what it is asked to, once: then there is no such recording."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_DELETE(self) -> None:
                known = self.path not in provider.asked
                provider.asked.append(self.path)
                body = b"" if known else b'{"code": 20404, "message": "not found", "status": 404}'
                self.send_response(204 if known else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.close()


def posted(sessions: Sessions, vault: Vault, at: datetime) -> UUID:
    """Keep a voicemail with its words, and ask that it be destroyed."""
    with sessions.begin() as tx:
        tx.add(Contact(id=named_id("contact", "CA1"), channel="phone", opened_at=at, state="open"))
        tx.flush()
        left = Voicemail(id=KEY, contact_id=named_id("contact", "CA1"), recording="RE1", seconds=9, recorded_at=at)
        left.transcript_cipher = vault.seal("말씀")
        tx.add(left)
        return outbox.post(tx, RecordingToErase(KEY, "retention"), at=at)


def test_a_recording_is_destroyed_with_its_words_and_twice_is_no_harm(
    sessions: Sessions, vault: Vault, at: datetime, provider: Provider
) -> None:
    address = f"http://127.0.0.1:{provider.server.server_address[1]}"
    telephone = TwilioTelephone("AC" + "5" * 32, "secret", "120", Wording("http://localhost"), address)
    heard: Handlers = {RecordingToErase: recordings.erase(telephone)}
    assert deliver(sessions, heard, posted(sessions, vault, at), lambda: at) == "done"
    assert provider.asked == [f"/2010-04-01/Accounts/AC{'5' * 32}/Recordings/RE1.json"]
    with sessions.begin() as tx:
        again = outbox.post(tx, RecordingToErase(KEY, "retention"), at=at)
    assert deliver(sessions, heard, again, lambda: at) == "done"
    assert len(provider.asked) == 1, "what is destroyed is not asked for"
    with sessions.begin() as tx:
        left = tx.get_one(Voicemail, KEY)
        assert (left.erased_at, left.transcript_cipher) == (at, None)
        assert tx.query(Destruction).count() == 1
        left.erased_at = None
        third = outbox.post(tx, RecordingToErase(KEY, "retention"), at=at)
    assert deliver(sessions, heard, third, lambda: at) == "done", "gone at the provider already is as good"
