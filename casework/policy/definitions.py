"""What each figure of a monthly report means, in Korean and English: served with the figures."""

from collections.abc import Mapping
from typing import Final

DEFINITIONS: Final[Mapping[str, tuple[str, str]]] = {
    "month": (
        "서울 시간으로 그 달 1일 0시부터 다음 달 1일 0시 전까지",
        "From the first to the first, in Seoul's time.",
    ),
    "untold": (
        "5명이 안 되는 수와 뺄셈으로 그 수를 알 수 있게 하는 수는 싣지 않습니다. 0은 싣습니다.",
        "Counts of fewer than five, and those by which they could be computed, are left out. Zero is told.",
    ),
    "begun": ("그 달에 시작된 모든 상담 건(무효 제외)", "Every contact that began in the month and was not voided."),
    "contacts": (
        "그 달에 시작되어 상담으로 확정된 건, 확정된 위기 단계별",
        "Contacts that began in the month and were finalized as counseling, by the level they were finalized with.",
    ),
    "responses": (
        "그 달에 시계가 시작되었고 첫 대응 기한이 있는 사례. 기한 안에 대응한 것, 늦은 것, 아직 대응하지 못한 것",
        "Cases whose clock began in the month and that are owed a first response: in time, late, or not yet given.",
    ),
    "visits": (
        "그 달에 요청된 방문. 사람을 만난 것, 만나지 못하고 끝난 것, 진행 중인 것",
        "Visits asked for in the month: the person was met, it ended without that, or it is under way.",
    ),
    "dispatches": (
        "그 달에 요청된 긴급 출동. 사람을 만난 것, 만나지 못하고 끝난 것, 진행 중인 것",
        "Dispatches asked for in the month: the person was met, it ended without that, or it is under way.",
    ),
    "times": (
        "첫 대응은 시계가 시작된 때부터, 접수·도착·만남은 요청된 때부터 잰 시간. 아직 없는 것은 세지 않습니다.",
        "First responses are timed from the case's clock, other steps from the request; what has not come is left out.",
    ),
    "median": ("중앙값: 절반은 이보다 짧았습니다", "The median: half took less."),
    "nine_in_ten": ("열에 아홉은 이보다 짧았습니다", "Nine in ten took less."),
    "age_band": (
        "대상자가 그 해에 이르는 나이. 태어난 해를 알 때만",
        "The age the subject reaches in that year, where the year of birth is known.",
    ),
    "sex": ("대상자의 성별", "The subject's sex."),
    "district": (
        "상담은 대상자, 사례와 출동은 사례, 방문은 방문할 곳의 자치구",
        "Of the subject, the case, or the visit.",
    ),
    "relation": (
        "전화한 사람과 대상자의 관계. 사례에서는 그 첫 상담의 관계",
        "Of the caller to the subject; of a case, in its first contact.",
    ),
    "level": ("상담·사례·방문·출동의 위기 단계", "The triage level of what is counted."),
}
"""By the name that the figure has in the report: Korean, English."""
