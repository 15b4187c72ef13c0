"""What a desk tells its counselor about their own seat: why no caller comes, and what to do about it."""

NOT_RESPONDING = (
    "응답하지 않은 전화가 있어 배정을 멈췄습니다. 돌아오려면 ‘상담 가능’을 눌러 주세요. · "
    "Calls were not answered, so none comes now. Choose Available to come back."
)
NO_SOFTPHONE = (
    "전화기가 연결되어 있지 않아 전화가 오지 않습니다. 전화기를 켜 주세요. · "
    "Your softphone is not registered, so no call comes. Turn it on."
)
OUTCOME_OWED = (
    "기록을 확정하거나 ‘나중에 마치기’를 고른 뒤 ‘상담 가능’을 누르면 다음 전화가 옵니다. · "
    "Finalize the record, or finish it later, then choose Available for the next call."
)
RECOVERING = (
    "힘든 상담이었습니다. 잠시 쉬세요. 준비되면 언제든 ‘상담 가능’을 눌러도 됩니다. · "
    "That was a heavy call. Rest for a while; choose Available whenever you are ready."
)
ASKED = (
    "위험한 분이 기다리는데 지금 받을 수 있는 사람이 없습니다. 괜찮다면 ‘상담 가능’을 눌러 주세요. · "
    "Somebody in danger waits and nobody else is free. If you can, choose Available."
)
BREAK_DUE = (
    "오래 쉬지 못했습니다. ‘휴식’을 눌러 쉬어 주세요. 그때까지 다른 상담사에게 먼저 배정합니다. · "
    "You have gone long without a break: choose Break. Until then others are asked before you."
)


def advice(activity: str, state: str, *, softphone: bool, asked: bool = False, break_due: bool = False) -> str | None:
    """Say what a counselor should know about their seat, in Korean and English; None where all is as they expect.

    `asked` where they rest while somebody in danger waits for whom nobody is free: they are asked, never made to.
    """
    if state == "recovering":
        return ASKED if asked else RECOVERING
    if activity == "writing":
        return OUTCOME_OWED
    if state == "not_responding":
        return NOT_RESPONDING
    if activity == "available" and not softphone:
        return NO_SOFTPHONE
    if activity == "available" and break_due:
        return BREAK_DUE
    return None
