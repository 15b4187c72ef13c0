"""What the test interface is asked for, read from JSON and checked."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from simulator import virtual
from simulator.faults import RestFault, WebhookFault
from simulator.virtual import Policy


class Wish(BaseModel):
    """A body of the test interface; names it does not know are refused."""

    model_config = ConfigDict(extra="forbid")


class Behavior(Wish):
    """How a virtual end behaves; see Policy. `press` is short for a script that presses keys: "5 1"."""

    rung: str = Field("answer", pattern="^(answer|busy|no_answer|failed)$")
    after_s: float = Field(default=0, ge=0, le=600)
    script: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    press: str = ""
    talk_s: float | None = Field(default=None, ge=0)
    patience_s: float | None = Field(default=None, ge=0)
    speed: float | None = Field(default=None, ge=0, le=100)

    @field_validator("script")
    @classmethod
    def _readable(cls, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        virtual.script(value)
        return value

    @field_validator("press")
    @classmethod
    def _pressable(cls, value: str) -> str:
        virtual.script([{"press": value}])
        return value

    def policy(self) -> Policy:
        """Make it a policy; the pressed keys come before the rest of the script."""
        steps = virtual.script([{"press": self.press}, *self.script])
        return Policy(self.rung, self.after_s, steps, self.talk_s, self.patience_s, self.speed)


class NewCall(Behavior):
    """A virtual caller's call. `parameters` go with every request, as a softphone's own or a SIP call's do."""

    from_: str = Field("+821012345678", alias="from", min_length=1, max_length=255)
    to: str = Field("120", min_length=1, max_length=255)
    parameters: dict[str, str] = Field(default_factory=dict, max_length=100)


class Keys(Wish):
    """Keys to press on a call that is going on."""

    digits: str = Field(pattern="^[0-9*#A-D]{1,100}$")


class Words(Wish):
    """What a virtual end says."""

    text: str = Field(min_length=1, max_length=4000)


class Troubles(Wish):
    """The faults from now on; see WebhookFault and RestFault. Empty lists end all trouble."""

    webhooks: list[WebhookFault] = Field(default_factory=list, max_length=100)
    rest: list[RestFault] = Field(default_factory=list, max_length=100)
    seed: int | None = None


class Load(Wish):
    """Calls in numbers, arriving at random (Poisson) but the same way for the same seed.

    Give `per_second` or `per_hour`, and `seconds` or `calls` to end. `scripts` are drawn by `weight`. `patience_s` and
    `talk_s` are means of exponential distributions, in real seconds; None waits and talks until the other side ends it.
    `counselors` are client identities whose virtual softphones are registered for the load: they answer after `after_s`
    and talk for `talk_s`.
    """

    per_second: float | None = Field(default=None, gt=0, le=1000)
    per_hour: float | None = Field(default=None, gt=0)
    seconds: float | None = Field(default=None, gt=0)
    calls: int | None = Field(default=None, gt=0, le=1_000_000)
    to: str = "120"
    seed: int = 0
    scripts: list["Part"] = Field(default_factory=list, max_length=100)
    patience_s: float | None = Field(default=None, gt=0)
    talk_s: float | None = Field(default=None, gt=0)
    after_s: float = Field(default=0, ge=0)
    counselors: list[str] = Field(default_factory=list, max_length=10_000)
    speed: float | None = Field(default=None, ge=0, le=100)

    @property
    def rate(self) -> float:
        """Calls per second."""
        return self.per_second or (self.per_hour or 3600.0) / 3600


class Part(Wish):
    """One kind of caller in a load."""

    weight: float = Field(default=1, gt=0)
    press: str = "5 1"
    script: list[dict[str, Any]] = Field(default_factory=list)

    @field_validator("script")
    @classmethod
    def _readable(cls, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        virtual.script(value)
        return value

    def steps(self) -> tuple[virtual.Step, ...]:
        """Read the script."""
        return virtual.script([{"press": self.press}, *self.script])


def faults_of(error: ValidationError) -> list[Mapping[str, Any]]:
    """Say what is wrong with a body, one entry for each place."""
    return [{"at": ".".join(map(str, fault["loc"])), "message": fault["msg"]} for fault in error.errors()]
