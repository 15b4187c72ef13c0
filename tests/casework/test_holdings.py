"""Nothing sealed of a person is forgotten when they are to be."""

from app.tables import metadata
from casework.service import holdings

NOT_HELD = {
    "casework_breach.words_cipher": "of what happened, not of a person",
    "casework_caller_flag.reason_cipher": "ends by itself, within a year",
    "casework_legal_hold.reason_cipher": "why something was kept stays with the hold",
    "casework_person_key.key_cipher": "the key itself: it is dropped",
    "casework_privacy_request.answer_cipher": "what was answered stays with the demand",
    "casework_reveal_review.words_cipher": "what was said of a look goes with the look, by the time of the log",
    "casework_source_decision.reason_cipher": "why it was decided stays with the decision",
}
"""Every sealed column that is not destroyed with its person, and why."""


def test_every_sealed_column_is_held_of_somebody_or_has_a_reason_not_to_be() -> None:
    held = {f"{one.table.__tablename__}.{column}" for one in holdings.held(set()) for column in one.columns}
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if table.name.startswith("casework_") and column.name.endswith("_cipher")
    }
    assert held | set(NOT_HELD) == sealed
    assert not held & set(NOT_HELD)
