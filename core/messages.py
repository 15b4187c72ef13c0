"""Past facts that one package tells another through the outbox."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

Lane = Literal["call", "work"]
"""`call`: somebody is on the line, the relay delivers it itself at once. `work`: an RQ worker delivers it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A fact to be told once it is committed; subclasses are frozen dataclasses of plain values."""

    lane: ClassVar[Lane] = "work"
    tries: ClassVar[int] = 8
    urgent: ClassVar[bool] = False
    """Somebody's life may hang on it: after an outage it is carried before whatever else has piled up."""

    @classmethod
    def kind(cls) -> str:
        """Name this kind of message as it is stored."""
        return cls.__name__

    def body(self) -> dict[str, Any]:
        """Give the message as JSON-ready values."""
        dumped: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json")
        return dumped

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Message":
        """Read a stored body back; raises pydantic.ValidationError where it does not fit."""
        message: Message = _adapter(cls).validate_python(body)
        return message


_ADAPTERS: dict[type[Message], TypeAdapter[Any]] = {}


def _adapter(kind: type[Message]) -> TypeAdapter[Any]:
    # Making one costs a hundred times what using it does.
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
