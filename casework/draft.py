"""The form at rest and in answers: sealed in the database, masked for whoever reads it."""

from typing import cast

import orjson
from pydantic import ValidationError

from casework.form import Form, Values, merge
from core.errors import Invalid
from core.security import Vault, mask, mask_name

_NAMES = (("reporter", "name"), ("subject", "name"))
_CALLED_BACK = ("next_step", "dispatch", "callback_number")
_NUMBERS = (("reporter", "phone"), ("subject", "phone"), _CALLED_BACK)
_PLACES = (
    ("subject", "address"), ("subject", "detail"), ("next_step", "visit", "address"), ("next_step", "visit", "detail"),
    ("next_step", "dispatch", "place"), ("next_step", "dispatch", "detail"),
)  # fmt: skip
_MASKS = ("•", "○")
HIDDEN = "•••"


def unseal(cipher: str | None, vault: Vault) -> Values:
    """Give the values of a sealed form; nothing sealed is an empty form."""
    return cast("Values", orjson.loads(vault.open(cipher))) if cipher else {}


def seal(values: Values, vault: Vault) -> str:
    """Seal the values of a form."""
    return vault.seal(orjson.dumps(values).decode())


def read(values: Values) -> Form:
    """Read merged values as a form; raises Invalid naming the fields that do not fit together."""
    try:
        return Form.model_validate(values)
    except ValidationError as error:
        errors = [{"at": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
        raise Invalid("Mend the fields named in `errors` and send it again.", errors=errors) from error


def edit(old: Values, new: Form) -> Values:
    """Lay an edit over a form; a masked value that comes back as it was shown leaves the real one alone."""
    changes = new.model_dump(mode="json", exclude_unset=True)
    shown = masked(old)
    for path in (*_NAMES, *_NUMBERS, *_PLACES):
        sent = _get(changes, path)
        if sent is None:
            continue
        kept = _get(old, path)
        if kept is not None and sent in {_get(shown, path), HIDDEN}:
            _put(changes, path, kept)
        elif any(sign in sent for sign in _MASKS):
            raise Invalid("This is a masked value: write the whole one, or leave the field away.", at=".".join(path))
    merged = merge(old, changes)
    return read(merged).model_dump(mode="json", exclude_unset=True)


def masked(values: Values) -> Values:
    """Give a form as its readers see it: names, telephones and addresses masked."""
    shown = merge({}, values)
    for paths, cover in ((_NAMES, mask_name), (_NUMBERS, mask), (_PLACES, hide)):
        for path in paths:
            words = _get(shown, path)
            if words is not None:
                _put(shown, path, cover(words))
    return shown


def anonymous(values: Values) -> Values:
    """Give a form without what tells who called: of somebody else they speak of, everything stays."""
    kept = {key: part for key, part in values.items() if key != "reporter"}
    if kept.get("relation") == "self" and "subject" in kept:
        unknown = {"name", "phone", "address", "detail"}
        kept["subject"] = {key: words for key, words in kept["subject"].items() if key not in unknown}
    return kept


def shielded(values: Values) -> Values:
    """Give a masked form from which nobody can tell who reported, nor at which number they are called back."""
    shown = merge({}, values)
    if "reporter" in shown:
        shown["reporter"] = {key: HIDDEN for key, words in shown["reporter"].items() if words}
    if _get(shown, _CALLED_BACK) is not None:
        _put(shown, _CALLED_BACK, HIDDEN)
    return shown


def unreported(values: Values) -> Values:
    """Give a form without who reported, nor the number at which they are called back."""
    kept = merge({}, {key: part for key, part in values.items() if key != "reporter"})
    if _get(kept, _CALLED_BACK) is not None:
        del kept["next_step"]["dispatch"]["callback_number"]
    return kept


def hide(words: str) -> str:
    """Cover words whole, and their length."""
    return HIDDEN if words else ""


def _get(values: Values, path: tuple[str, ...]) -> str | None:
    here: object = values
    for key in path:
        here = here.get(key) if isinstance(here, dict) else None
    return here if isinstance(here, str) else None


def _put(values: Values, path: tuple[str, ...], words: str) -> None:
    for key in path[:-1]:
        values = values[key]
    values[path[-1]] = words
