"""What the queue's rules come to in one case: pure decisions over plain values."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from routing.config import RoutingConfig
from routing.needs import ANY, Step

ACTIVITIES = ("offline", "available", "break", "training", "supervision", "writing")
"""What a counselor can be doing, by their own word."""

AWAY = frozenset({"lost", "not_responding", "recovering"})
"""States in which an available counselor takes nobody."""

ABSENT = frozenset({"no-answer", "no_answer", "busy"})
"""Ways a connection can fail that say the counselor's telephone was not answered."""

EXITS = frozenset({
    "abandoned", "abandoned_short", "callback_requested", "voicemail", "overflowed", "max_wait", "no_counselor",
    "exited_with_key", "withdrawn", "system_failed", "transferred", "resumed", "not_reached",
})  # fmt: skip
"""How a contact can leave the queue without having talked to anybody."""

OVERFLOWED = frozenset({"overflowed", "max_wait", "no_counselor", "voicemail", "exited_with_key"})
"""Exits by which the caller is still on the line, and may come back to the same place."""

STALE = {
    "left": "The caller has left. 전화가 끊겼습니다.",
    "moved": "Another counselor won. 다른 상담사가 받았습니다.",
    "timed_out": "The offer timed out. 응답 시간이 지났습니다.",
    "rejected": "You passed this offer on. 이미 넘긴 전화입니다.",
    "canceled": "The caller has left. 전화가 끊겼습니다.",
    "rescinded": "The offer was taken back; the caller is offered anew. 제안이 취소되어 다시 배정합니다.",
    "rebuilt": "The offer was taken back; the caller is offered anew. 제안이 취소되어 다시 배정합니다.",
    "completed": "This conversation is over. 이미 끝난 상담입니다.",
    "failed": "The connection failed; the caller is offered anew. 연결에 실패하여 다시 배정합니다.",
    "accepted": "The offer was accepted already. 이미 수락한 전화입니다.",
    "connected": "The offer was accepted already. 이미 수락한 전화입니다.",
}


def stale_because(state: str) -> str:
    """Say in a person's words why an offer cannot be acted on any more."""
    return STALE.get(state, "The offer is not open any more. 더 이상 유효하지 않은 제안입니다.")


def left_as(reason: str, waited: float, config: RoutingConfig) -> str:
    """Name how a contact left after `waited` seconds; a quick hang-up is told apart, a system's exit is never one.

    Raises ValueError for a reason that is none.
    """
    if reason not in EXITS:
        raise ValueError(f"{reason!r} is no way to leave a queue")
    if reason == "abandoned" and waited <= config.short_abandon_seconds:
        return "abandoned_short"
    return reason


def seat_after_failure(why: str) -> str:
    """Say what becomes of a counselor whose connection failed: only one who did not answer has to come back by hand."""
    return "not_responding" if why in ABSENT else "idle"


def heavy_because(priority: str, talked: float, written: str | None, config: RoutingConfig) -> str | None:
    """Say why a conversation of `talked` seconds was heavy, `written` being what its record says; None for most."""
    if priority == "danger":
        return "danger"
    if written is not None:
        return written
    return "long" if talked >= config.long_talk_seconds else None


def longer_wrap_up(began: datetime, until: datetime, config: RoutingConfig) -> datetime:
    """Give until when a wrap-up lasts that is extended once more; never longer than the longest in all."""
    longest = began + timedelta(seconds=config.longest_wrap_up_seconds)
    return max(until, min(until + timedelta(seconds=config.extend_seconds), longest))


def known_language(language: str, config: RoutingConfig) -> str:
    """Give the language a caller waits for; one that nobody is listed for waits with the first."""
    return language if language in config.languages else config.languages[0]


def known_class(priority: str, config: RoutingConfig) -> str:
    """Give the class a caller waits in; an unknown one waits with the last."""
    return priority if priority in config.classes else config.classes[-1]


def known_need(need: str, priority: str, entered: datetime, config: RoutingConfig) -> str:
    """Name what a caller needs besides a language; whoever is in danger needs whoever is free first."""
    return ANY if priority == config.classes[0] else config.needs.known(need, entered, config.timezone)


def groups(languages: Iterable[str], skills: Iterable[str], config: RoutingConfig) -> tuple[str, ...]:
    """List the groups by which a seat is found: each language, and each of its skills in each language."""
    here, able = spoken(list(languages), config), set(skills)
    return (*here, *(f"{language}:{skill}" for language in here for skill in config.needs.skills if skill in able))


def asked(language: str, step: Step | None) -> tuple[str, ...]:
    """List the groups that a step asks for a caller of this language; without a step, everybody who speaks it."""
    return tuple(f"{language}:{skill}" for skill in step.skills) if step and step.skills else (language,)


def fits(seat: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether a seat of these groups is asked by somebody who asks those."""
    return not set(wanted).isdisjoint(seat)


def takes_more(activity: str, next_activity: str | None, state: str, *, softphone: bool) -> bool:
    """Tell whether a seat is on shift: takes callers, now or after what it is at."""
    return activity == "available" and next_activity is None and state not in AWAY and softphone


def spoken(languages: tuple[str, ...] | list[str], config: RoutingConfig) -> list[str]:
    """Give the languages of a seat that callers can wait for; never none."""
    return [language for language in config.languages if language in languages] or [config.languages[0]]


def turn(klass: str, entered: datetime, seq: int, *, at: datetime, config: RoutingConfig) -> tuple[int, float, int]:
    """Rank a waiting caller: the smallest goes first. Inside a class that is first come, first served.

    A class has a head start H over whoever came before (the static form of accumulating priority; Kleinrock 1964), and
    who has waited `longest_overtaken_seconds` goes before all who came later. So a caller of class k who came at t is
    overtaken only by callers of a class h who came before t + H(h) - H(k), and by nobody who is served later than
    t + longest_overtaken_seconds.
    """
    if (at - entered).total_seconds() >= config.longest_overtaken_seconds:
        return 0, entered.timestamp(), seq
    return 1, entered.timestamp() - config.head_start(klass), seq


ASKED_LAST = {
    "break": "휴식할 때이지만 받을 수 있는 다른 상담사가 없음 · your break is due, but nobody else can take them",
    "cap": "업무 비율이 상한을 넘었지만 받을 수 있는 다른 상담사가 없음 · over the cap, but nobody else can take them",
}
CLASS_WORDS = {
    "danger": "긴급 · danger",
    "transfer": "넘겨받음 · handed on",
    "returned": "되돌아옴 · came back",
    "callback": "다시 걸기 · call-back",
}


def reason_for(
    priority: str, language: str, *, waited: float, idle: float, called_for: str = "", asked_last: str | None = None
) -> str:
    """Say why this caller comes to this counselor.

    `called_for` is the caller's need, or that it is their own counselor. The counselor may be `asked_last`: for a
    `break` that is due, or for the `cap` of busy time.
    """
    why = (CLASS_WORDS.get(priority, ""), called_for if priority != "danger" else "")
    ahead = "".join(f"{word}; " for word in why if word)
    rank = "쉼 · free" if asked_last else "쉼 · free longest"
    told = f"; {ASKED_LAST[asked_last]}" if asked_last in ASKED_LAST else ""
    return (
        f"{ahead}{waited:.0f}초 대기 · first in line after {waited:.0f} s; "
        f"{idle:.0f}초 {rank}, {idle:.0f} s; {language}{told}"
    )


def millis(moment: datetime) -> int:
    """Write a moment as the index does: whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
