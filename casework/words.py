"""The lengths of what casework is told in words."""

from typing import Annotated

from pydantic import Field

from core.words import Fit, Reason

Name = Annotated[str, Field(max_length=80), Fit]
Line = Annotated[str, Field(max_length=200), Fit]
Paragraph = Annotated[str, Field(max_length=2_000), Fit]
Notes = Annotated[str, Field(max_length=20_000), Fit]

__all__ = ["Fit", "Line", "Name", "Notes", "Paragraph", "Reason"]
