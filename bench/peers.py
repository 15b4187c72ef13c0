"""What the voice webhook is measured against: a bare hello, and the usual way of writing such a webhook."""

import os
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Form, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from core.db import sqlalchemy_url


def hello() -> Any:
    """Make the least ASGI application there is."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"hello"})

    return app


class Base(DeclarativeBase):
    """The usual way's tables."""


class Heard(Base):
    """One webhook, kept."""

    __tablename__ = "bench_heard"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(String(64))
    caller: Mapped[str] = mapped_column(String(64))
    digits: Mapped[str] = mapped_column(String(10))


class Incoming(BaseModel):
    """The provider's form."""

    model_config = ConfigDict(extra="allow")
    CallSid: str
    From: str
    To: str
    Digits: str = ""


def usual() -> FastAPI:
    """Make the webhook as tutorials do: Form model, RequestValidator, ORM commit, VoiceResponse."""
    engine = create_engine(sqlalchemy_url(os.environ["DATABASE_URL"]), pool_size=20)
    Base.metadata.create_all(engine)
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    app = FastAPI()

    async def genuine(request: Request) -> None:
        url = os.environ["PUBLIC_URL"] + request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if not validator.validate(url, await request.form(), request.headers.get("X-Twilio-Signature", "")):
            raise HTTPException(403)

    @app.post("/ivr/voice", dependencies=[Depends(genuine)])
    @app.post("/ivr/pressed", dependencies=[Depends(genuine)])
    def voice(form: Annotated[Incoming, Form()]) -> Response:
        with Session(engine) as session:
            session.add(Heard(id=uuid4(), sid=form.CallSid, caller=form.From, digits=form.Digits))
            session.commit()
        response = VoiceResponse()
        gather = Gather(num_digits=1, action="/ivr/pressed", action_on_empty_result=True)
        gather.say("외로움 상담은 오 번을 눌러 주세요.", language="ko-KR")
        response.append(gather)
        return Response(str(response), media_type="text/xml")

    return app
