"""Districts with their time of validity, and the teams that visit there."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class District(Base):
    """One district of the city, by its administrative code."""

    __tablename__ = "casework_district"

    code: Mapped[str] = mapped_column(String(5), primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(40))
    name_en: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    """The first day on which it is no more."""


class Dong(Base):
    """One administrative dong of a district, by its ten-digit code, which begins with the district's."""

    __tablename__ = "casework_dong"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    district: Mapped[str] = mapped_column(ForeignKey("casework_district.code"), index=True)
    name_ko: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date | None]
    """The first day on which it is; None where it has been for as long as this list goes back."""
    valid_to: Mapped[date | None]
    """The first day on which it is no more."""


class Team(Base):
    """People who visit in a district."""

    __tablename__ = "casework_team"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    district: Mapped[str] = mapped_column(ForeignKey("casework_district.code"), index=True)
    active: Mapped[bool] = mapped_column(default=True, server_default="true")
