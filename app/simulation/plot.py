"""A simulation's comparison as a drawing: one SVG, printable, with labels in Korean and English and no outside font."""

from collections.abc import Iterator, Sequence
from html import escape

from app.simulation.table import surely_differs
from app.simulation.words import FIGURES, SOON
from routing.simulation import Comparison, Estimate, Row

WIDTH, LEFT, RIGHT = 1180, 40, 1140
DAY_TOP, DAY_BOTTOM = 140, 300
ROWS_TOP, ROW = 460, 34
NAMES, GAP = 150, 14
PANELS = ("service_level_strict", "night_answer_rate", "danger_answer_rate", "helped", "p95_wait_s", "occupancy_worst")
TITLES = {
    "service_level_strict": (f"{SOON}초 내 응대율", f"answered within {SOON} s"),
    "night_answer_rate": ("밤 응대율", "22 to 6 h, answered"),
    "danger_answer_rate": ("긴급 응대율", "danger, answered"),
    "helped": ("결국 상담한 사람", "talked in the end"),
    "p95_wait_s": ("대기 95%", "95 % waited less"),
    "occupancy_worst": ("가장 바쁜 상담사", "busiest counselor"),
}
INK, PALE, LOST = "#1f2933", "#5b6673", "#f2c9b4"
BETTER, WORSE, SAME, FIRST = "#0b7a75", "#c2410c", "#8a96a3", "#1d3f8f"
STYLE = (
    "text{font-family:Pretendard,'Noto Sans KR','Noto Sans CJK KR','Apple SD Gothic Neo','Malgun Gothic',sans-serif;"
    f"fill:{INK};font-size:13px}}.h{{font-size:22px;font-weight:700}}.s{{font-size:15px;font-weight:600}}"
    f".p{{fill:{PALE};font-size:12px}}.o{{paint-order:stroke;stroke:#fff;stroke-width:4px;font-size:12px}}"
)


def drawing(comparison: Comparison) -> str:
    """Draw the day's hours under the first policy, and every policy's figures with their confidence intervals."""
    height = ROWS_TOP + ROW * len(comparison.rows) + 50
    e = comparison.experiment
    setting = (
        f"상담사 {comparison.counselors}명, {e.days}일 × {e.replications} · {comparison.counselors} counselors, "
        f"{e.replications} × {e.days} days, load × {e.load:g}, seed {e.seed}{''.join(f', {b}' for b in e.bursts)}"
    )
    body = [
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(LEFT, 44, "한 주의 상담 전화, 정책별 비교 · One week of the line, policy by policy", "h"),
        _text(LEFT, 68, setting, "p"),
        *_day(comparison),
        *_policies(comparison.rows),
        *_legend(height - 26, comparison.rows[0]),
    ]
    title = "<title>한 주의 상담 전화, 정책별 비교 · One week of the line, policy by policy</title>"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    )
    return "\n".join([f'{opening} role="img">', title, f"<style>{STYLE}</style>", *body, "</svg>", ""])


def _day(comparison: Comparison) -> Iterator[str]:
    """Draw the calls of each hour of the day, the answered ones dark, and how many counselors are on shift."""
    most = max(1.0, *comparison.offered, *comparison.seats)
    name = comparison.rows[0].policy
    words = f"하루의 전화와 상담사 ({name.korean}) · Calls and counselors by hour of the day ({name.english})"
    yield _text(LEFT, 106, words, "s")
    step, width = (RIGHT - LEFT) / 24, (RIGHT - LEFT) / 24 - 10

    def y(value: float) -> float:
        return DAY_BOTTOM - value / most * (DAY_BOTTOM - DAY_TOP)

    for hour in range(24):
        x, calls, done = LEFT + hour * step, y(comparison.offered[hour]), y(comparison.answered[hour])
        yield _bar(x + 5, calls, width, done - calls, LOST)
        yield _bar(x + 5, done, width, DAY_BOTTOM - done, BETTER)
        yield _text(x + step / 2, DAY_BOTTOM + 18, str(hour), "p", "middle")
    steps = [(LEFT + (hour + side) * step, y(n)) for hour, n in enumerate(comparison.seats) for side in (0, 1)]
    points = " ".join(f"{x:.1f},{height:.1f}" for x, height in steps)
    yield f'<polyline points="{points}" fill="none" stroke="{FIRST}" stroke-width="2.5"/>'
    # The numbers are written last: the line of the counselors must not cross them out.
    for hour, calls in enumerate(comparison.offered):
        yield _text(LEFT + (hour + 0.5) * step, y(calls) - 6, f"{calls:.1f}", "p o", "middle")
    yield _line(LEFT, DAY_BOTTOM, RIGHT, DAY_BOTTOM, PALE)
    yield from _day_keys(DAY_BOTTOM + 46)


def _day_keys(y: float) -> Iterator[str]:
    keys = (
        (BETTER, 11, "응대한 전화 · calls answered in an hour"), (LOST, 11, "응대 못한 전화 · calls not answered"),
        (FIRST, 3, "근무 상담사 · counselors on shift"),
    )  # fmt: skip
    for n, (color, thick, words) in enumerate(keys):
        x = LEFT + n * 290
        yield _bar(x, y - 4 - thick / 2, 14, thick, color)
        yield _text(x + 22, y, words, "p")


def _policies(rows: Sequence[Row]) -> Iterator[str]:
    """Draw a panel for each figure, with the policies below each other."""
    yield _text(LEFT, ROWS_TOP - 70, "정책 · Policies", "s")
    for n, row in enumerate(rows):
        y = ROWS_TOP + n * ROW
        if n % 2 == 0:
            yield _bar(LEFT - 10, y - ROW / 2 + 1, RIGHT - LEFT + 20, ROW - 2, "#f6f8fa")
        yield _text(LEFT, y - 2, row.policy.korean)
        yield _text(LEFT, y + 12, row.policy.english, "p")
    width = (RIGHT - LEFT - NAMES) / len(PANELS)
    for n, name in enumerate(PANELS):
        yield from _panel(rows, name, LEFT + NAMES + n * width, width - GAP)


def _panel(rows: Sequence[Row], name: str, left: float, width: float) -> Iterator[str]:
    korean, english = TITLES[name]
    yield _text(left, ROWS_TOP - 41, korean)
    yield _text(left, ROWS_TOP - 26, english, "p")
    shown = [figure for row in rows if (figure := row.figures[name])]
    if not shown:
        return
    low = min(figure.mean - (figure.half or 0) for figure in shown)
    high = max(figure.mean + (figure.half or 0) for figure in shown)
    span = (high - low) or 1.0

    def x(value: float) -> float:
        # The number stands to the right of its dot and must fit inside the panel.
        return left + (value - low) / span * (width - 44)

    if first := rows[0].figures[name]:
        bottom = ROWS_TOP + ROW * (len(rows) - 1) + 14
        yield _line(x(first.mean), ROWS_TOP - 16, x(first.mean), bottom, FIRST, ' stroke-dasharray="3 4"')
    for n, row in enumerate(rows):
        if figure := row.figures[name]:
            ends = (x(figure.mean - (figure.half or 0)), x(figure.mean), x(figure.mean + (figure.half or 0)))
            yield from _dot(ends, ROWS_TOP + n * ROW, _color(row, name, first=n == 0), _written(name, figure))


def _dot(ends: tuple[float, float, float], y: float, color: str, words: str) -> Iterator[str]:
    low, middle, high = ends
    yield _line(low, y, high, y, color, ' stroke-width="2"')
    yield f'<circle cx="{middle:.1f}" cy="{y}" r="5" fill="{color}"/>'
    yield f'<text x="{high + 7:.1f}" y="{y + 4}" class="o" style="fill:{color}">{escape(words)}</text>'


def _color(row: Row, name: str, *, first: bool) -> str:
    if first:
        return FIRST
    sign = surely_differs(row, name)
    if not sign:
        return SAME
    return BETTER if (sign > 0) == (FIGURES[name].better == "more") else WORSE


def _written(name: str, figure: Estimate) -> str:
    return FIGURES[name].write(figure.mean) + ("%" if FIGURES[name].unit == "percent" else "")


def _legend(y: float, first: Row) -> Iterator[str]:
    meant = (
        (FIRST, f"{first.policy.korean} · {first.policy.english}"), (BETTER, "더 나음 · better"),
        (WORSE, "더 나쁨 · worse"), (SAME, "차이가 우연일 수 있음 · may be chance"),
    )  # fmt: skip
    for n, (color, words) in enumerate(meant):
        x = LEFT + n * 190
        yield f'<circle cx="{x + 6}" cy="{y - 4}" r="5" fill="{color}"/>'
        yield _text(x + 18, y, words, "p")
    yield _text(RIGHT, y, "선: 95% 신뢰구간 · line: 95 % confidence", "p", "end")


def _text(x: float, y: float, words: str, style: str = "", anchor: str = "") -> str:
    extra = (f' class="{style}"' if style else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{escape(words)}</text>'


def _bar(x: float, y: float, width: float, height: float, color: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{color}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"{more}/>'
