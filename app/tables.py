"""Every table of the product, loaded so that one metadata knows them all."""

import casework.tables
import core.access_log
import core.audit
import core.grants
import core.journal
import core.outbox
import core.staff
import ivr.callbacks.tables
import ivr.modes.tables
import ivr.party_tables
import ivr.tables
import routing.tables
import routing.tally
from core.db import Base

metadata = Base.metadata

__all__ = ["casework", "core", "ivr", "metadata", "routing"]
