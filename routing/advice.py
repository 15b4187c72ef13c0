"""What a desk tells its counselor about their own seat: why no caller comes, and what to do about it."""

NOT_RESPONDING = (
    "응답하지 않은 전화가 있어 배정을 멈췄습니다. 돌아오려면 ‘상담 가능’을 눌러 주세요. · "
    "Calls were not answered, so none comes now. Choose Available to come back."
)
NO_SOFTPHONE = (
    "전화기가 연결되어 있지 않아 전화가 오지 않습니다. 전화기를 켜 주세요. · "
    "Your softphone is not registered, so no call comes. Turn it on."
)


def advice(activity: str, state: str, *, softphone: bool) -> str | None:
    """Say what a counselor should know about their seat, in Korean and English; None where all is as they expect."""
    if state == "not_responding":
        return NOT_RESPONDING
    if activity == "available" and not softphone:
        return NO_SOFTPHONE
    return None
