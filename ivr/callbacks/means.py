"""What call-backs are made with."""

from dataclasses import dataclass, field

from casework.config import Config
from core.security import Vault
from ivr.callbacks.policy import Rules
from routing.board import Board


@dataclass(frozen=True, slots=True)
class Means:
    """The queue's index, casework's clocks, the keys to what is sealed, and the rules of calling people back."""

    board: Board
    config: Config
    vault: Vault
    rules: Rules = field(default_factory=Rules)
