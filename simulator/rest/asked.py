"""One REST request, with its parameters read and checked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from simulator.call import News
from simulator.document import Document, read
from simulator.failures import Failure
from simulator.network import Network
from simulator.rest.errors import bad, not_found
from simulator.settings import Target

CALL_EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})
LONGEST_TWIML: Final = 4000
DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 1000

Answer = tuple[int, Mapping[str, Any] | None]
"""A status and a body; no body for 204."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to one resource. `fields` are the form's, or the query's of a GET, with every value given."""

    network: Network
    path: str
    names: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]

    def allow(self, known: Collection[str]) -> None:
        """Refuse parameters this network would have to ignore."""
        unknown = sorted(set(self.fields) - set(known))
        if unknown:
            raise bad(f"This network does not know the parameters {', '.join(unknown)}")

    def text(self, name: str, default: str = "") -> str:
        """Read a parameter."""
        return self.fields[name][-1] if self.fields.get(name) else default

    def yes(self, name: str) -> bool | None:
        """Read a true-or-false parameter; None when it is absent."""
        value = self.text(name).lower()
        if value not in {"", "true", "false"}:
            raise bad(f"{name} must be true or false, not {value!r}")
        return None if not value else value == "true"

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Read a whole number within bounds."""
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal() and least <= int(value) <= most):
            raise bad(f"{name} must be a whole number from {least} to {most}, not {value!r}")
        return int(value)

    def target(self, name: str, method_name: str, default_method: str = "POST") -> Target | None:
        """Read a URL and its method; None when it is absent."""
        url, method = self.text(name), self.text(method_name, default_method)
        if method not in {"GET", "POST"}:
            raise bad(f"{method_name} must be GET or POST, not {method!r}")
        if not url:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise bad(f"Url is not a valid URL: {url}", 21205)
        return Target(url, method)

    def news(self, name: str) -> tuple[News, ...]:
        """Read a status callback with its events."""
        target = self.target(name, f"{name}Method")
        events = tuple(word for given in self.fields.get(f"{name}Event", ()) for word in given.split())
        if not set(events) <= CALL_EVENTS:
            raise bad(f"Call status events are {', '.join(sorted(CALL_EVENTS))}, not {' '.join(events)}", 21626)
        return (News(target, events or ("completed",)),) if target else ()

    def document(self) -> Document | None:
        """Read a document given inline; None when there is none."""
        twiml = self.text("Twiml")
        if not twiml:
            return None
        if len(twiml) > LONGEST_TWIML:
            raise bad(f"Twiml must be at most {LONGEST_TWIML} characters", 32018)
        try:
            return read(twiml.encode(), lenient=self.network.settings.lenient)
        except Failure as failure:
            raise bad(failure.message, failure.code) from failure

    def missing(self) -> Exception:
        """Make the refusal of a resource that is not there."""
        return not_found(self.path)

    def page(self, name: str, items: list[dict[str, Any]]) -> Answer:
        """Answer with one page of a list."""
        size = self.number("PageSize", DEFAULT_PAGE, 1, LARGEST_PAGE)
        number = self.number("Page", 0, 0, 10**6)
        shown = items[number * size : (number + 1) * size]
        more = len(items) > (number + 1) * size
        return 200, {
            name: shown,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(0, len(shown) - 1),
            "uri": self._page_uri(number, size),
            "first_page_uri": self._page_uri(0, size),
            "next_page_uri": self._page_uri(number + 1, size) if more else None,
            "previous_page_uri": self._page_uri(number - 1, size) if number else None,
        }

    def _page_uri(self, number: int, size: int) -> str:
        kept = [(key, value) for key, values in self.fields.items() for value in values]
        query = [pair for pair in kept if pair[0] not in {"Page", "PageSize", "PageToken"}]
        return f"{self.path}?{urlencode([*query, ('PageSize', size), ('Page', number)])}"
