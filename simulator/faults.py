"""What goes wrong on purpose: rules that spoil webhooks and REST answers, from a seeded die."""

import random
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class WebhookFault:
    """What to do to webhooks whose path matches. Every share is a probability from 0 to 1.

    `kind` is twiml (requests whose answer steers a call), callback (news nobody waits for) or any. `twice` sends the
    request again, at the same moment when `together`, else after the first answer; the first answer counts. `late`
    waits up to `late_s` before sending, which puts callbacks out of order. `lost` never sends, `refused` fails like a
    closed port, `slow` holds the answer back `slow_s`, `unheard` sends the request and loses the answer.
    """

    path: str = "*"
    kind: str = "any"
    twice: float = 0.0
    together: bool = False
    late: float = 0.0
    late_s: float = 1.0
    lost: float = 0.0
    refused: float = 0.0
    slow: float = 0.0
    slow_s: float = 1.0
    unheard: float = 0.0


@dataclass(frozen=True, slots=True)
class RestFault:
    """What to do to REST requests whose method and path match. Every share is a probability from 0 to 1.

    `fail` answers `status` without doing anything, `unheard` does the work and then answers `status`, `drop` cuts the
    connection off before the work, `slow` waits `slow_s` first.
    """

    path: str = "*"
    method: str = "*"
    status: int = 500
    fail: float = 0.0
    unheard: float = 0.0
    drop: float = 0.0
    slow: float = 0.0
    slow_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Spoiled:
    """What will happen to one webhook."""

    twice: bool = False
    together: bool = False
    late_s: float = 0.0
    lost: bool = False
    refused: bool = False
    slow_s: float = 0.0
    unheard: bool = False


@dataclass(frozen=True, slots=True)
class SpoiledRest:
    """What will happen to one REST request."""

    status: int = 500
    fail: bool = False
    unheard: bool = False
    drop: bool = False
    slow_s: float = 0.0


@dataclass(slots=True)
class Faults:
    """The rules in force; the first that matches a request decides."""

    webhooks: tuple[WebhookFault, ...] = ()
    rest: tuple[RestFault, ...] = ()
    seed: int | None = None
    _die: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._die = random.Random(self.seed)

    def webhook(self, path: str, kind: str) -> Spoiled:
        """Throw the die for one webhook."""
        for rule in self.webhooks:
            if fnmatchcase(path, rule.path) and rule.kind in {kind, "any"}:
                return self._spoil(rule)
        return Spoiled()

    def request(self, path: str, method: str) -> SpoiledRest:
        """Throw the die for one REST request."""
        for rule in self.rest:
            if fnmatchcase(path, rule.path) and rule.method in {method, "*"}:
                return SpoiledRest(
                    rule.status,
                    self._falls(rule.fail),
                    self._falls(rule.unheard),
                    self._falls(rule.drop),
                    rule.slow_s if self._falls(rule.slow) else 0.0,
                )
        return SpoiledRest()

    def _spoil(self, rule: WebhookFault) -> Spoiled:
        return Spoiled(
            twice=self._falls(rule.twice),
            together=rule.together,
            late_s=self._die.uniform(0, rule.late_s) if self._falls(rule.late) else 0.0,
            lost=self._falls(rule.lost),
            refused=self._falls(rule.refused),
            slow_s=rule.slow_s if self._falls(rule.slow) else 0.0,
            unheard=self._falls(rule.unheard),
        )

    def _falls(self, share: float) -> bool:
        return share > 0 and self._die.random() < share
