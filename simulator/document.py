"""TwiML read into a tree that is known to be good."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Final

from simulator import schema
from simulator.failures import Failure

FORBIDDEN: Final = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: its name, its attributes as written, its text (white space trimmed) and what stands inside it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Verb", ...] = ()

    def number(self, name: str, default: int) -> int:
        """Read a whole-number attribute."""
        return int(self.attributes.get(name, default))

    def yes(self, name: str, *, default: bool = False) -> bool:
        """Read a true-or-false attribute."""
        return self.attributes[name] == "true" if name in self.attributes else default


@dataclass(frozen=True, slots=True)
class Document:
    """The verbs of one response, and the warnings a lenient reader swallowed."""

    verbs: tuple[Verb, ...]
    warnings: tuple[str, ...] = ()


def read(body: bytes, *, lenient: bool = False) -> Document:
    """Read a TwiML response.

    Fails with 12100 for what is not XML (a byte order mark, a blank first line, a DTD), 12102 for another root, and
    12200 for a verb, noun, attribute or value this network does not know; a lenient reader notes those and leaves
    them out.
    """
    root = _parse(body)
    if root.tag != "Response":
        raise Failure(12102, f"The root element is {root.tag}, not Response")
    warnings: list[str] = []
    verbs = _children(root, schema.RESPONSE, warnings)
    if warnings and not lenient:
        raise Failure(12200, "; ".join(warnings))
    return Document(verbs, tuple(warnings))


def _parse(body: bytes) -> ET.Element:
    if not body.startswith(b"<"):
        raise Failure(12100, "The document does not begin with <, so it is not XML")
    if any(mark in body.upper() for mark in FORBIDDEN):
        raise Failure(12100, "The document has a DTD or an entity declaration")
    try:
        return ET.fromstring(body)  # noqa: S314 - DTDs and entities were refused above.
    except ET.ParseError as error:
        raise Failure(12100, f"Document parse failure: {error}") from error


def _children(element: ET.Element, shape: schema.Shape, warnings: list[str]) -> tuple[Verb, ...]:
    found = []
    for child in element:
        if child.tag in shape.children:
            found.append(_verb(child, schema.SHAPES[child.tag], warnings))
        else:
            warnings.append(f"<{child.tag}> is not known inside <{element.tag}>")
    return tuple(found)


def _verb(element: ET.Element, shape: schema.Shape, warnings: list[str]) -> Verb:
    name = element.tag
    text = "".join(element.itertext()) if shape.marked_up else element.text or ""
    text = text.strip()
    attributes = {}
    for attribute, value in element.attrib.items():
        fault = shape.fault(attribute, value)
        if fault:
            warnings.append(f"<{name} {attribute}={value!r}>: {fault}")
        else:
            attributes[attribute] = value
    warnings.extend(f"<{name}>: {fault}" for fault in shape.faults(text, len(element)))
    children = () if shape.marked_up else _children(element, shape, warnings)
    return Verb(name, attributes, text, children)
