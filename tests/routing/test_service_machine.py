"""The whole queue, rows and index, through anything in any order: it is as a plain reference says, and loses nobody.

`MACHINE_EXAMPLES` and `MACHINE_STEPS` make it longer, as `script/bench soak` does.
"""

import os
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from redis import Redis
from sqlalchemy import select

import routing.service as queue
from core.db import Sessions
from core.errors import Stale
from core.ids import named_id
from routing.board import Fence
from routing.tables import LIVE_OFFER, Offer
from tests.routing import invariants as holds
from tests.routing.fated import START, Fate
from tests.routing.machine import PICK, QUEUES, QueueMachine
from tests.services import empty_tables

EXAMPLES, STEPS = int(os.environ.get("MACHINE_EXAMPLES", "12")), int(os.environ.get("MACHINE_STEPS", "30"))


class ServiceMachine(QueueMachine):
    """What can befall the queue besides what people do, and what must hold after every step."""

    @rule(rebuilt=st.sampled_from([True, True, False]), died=st.booleans())
    def redis_is_wiped(self, rebuilt: bool, died: bool) -> None:  # noqa: FBT001 - Hypothesis names it.
        before = self.fences()
        self.desk.redis.flushdb()
        if died:
            fate = Fate("dies", mended=rebuilt)
            self.do(queue.rebuild, then=lambda: None, fate=fate)
            return
        if not rebuilt or self.torn:
            self.torn = True
            return
        self.desk.sweep()
        self.model.is_rebuilt(self.at)
        self.order.begin(self.look())
        for fence in before:
            # I13: a process that was asleep meanwhile changes nothing any more.
            for late in (self.desk.board.accept, self.desk.board.reject, self.desk.board.finish):
                with pytest.raises(Stale):
                    late(fence, self.at)

    def fences(self) -> list[Fence]:
        with self.desk.sessions() as tx:
            offers = tx.scalars(select(Offer).where(Offer.state.in_(LIVE_OFFER)))
            return [(offer.contact_id, offer.id, offer.epoch, 10**6) for offer in offers]

    @rule()
    def scripts_are_forgotten(self) -> None:
        self.desk.redis.script_flush()

    @precondition(lambda self: not self.torn)
    @rule()
    def a_process_dies_between_claim_and_offer(self) -> None:
        """Only the index knows of such a claim."""
        self.torn = self.desk.board.claim(named_id("claim", len(self.names)), self.at) is not None

    @rule(pick=PICK, accepts=st.booleans())
    def acts_too_late(self, pick: int, accepts: bool) -> None:  # noqa: FBT001 - Hypothesis names it.
        """I11: who acts on an offer that is over is told so, and changes nothing."""
        with self.desk.sessions() as tx:
            over = tx.scalars(select(Offer).where(Offer.state.not_in([*LIVE_OFFER, "rejected"]))).all()
        if over:
            offer = over[pick % len(over)]
            late = queue.accept if accepts else partial(queue.reject, reason="late")
            with self.desk.sessions.begin() as tx, pytest.raises(Stale):
                late(tx, offer.id, offer.counselor_id, board=self.desk.board, at=self.at)

    @precondition(lambda self: self.torn)
    @rule()
    def is_mended(self) -> None:
        self.read_anew()

    @rule()
    def tallies_are_kept(self) -> None:
        with self.desk.sessions.begin() as tx:
            queue.keep_tallies(tx, self.desk.config)
        self.figures_hold()

    @invariant()
    def every_promise_holds(self) -> None:
        seen = self.look()
        holds.nobody_is_lost(seen, self.names)
        holds.offers_are_of_those_who_are_offered(seen)
        holds.seats_are_where_their_offers_are(seen)
        if not self.torn:
            holds.index_and_rows_agree(self.desk)
            holds.no_offer_outlives_its_deadline(seen, self.at)
            holds.rows_say_what_the_reference_says(seen, self.model)
            holds.whoever_can_be_matched_is(self.model, self.at)
            holds.nobody_waits_for_a_skill_that_nobody_has(seen, self.model, self.at)
            holds.danger_needs_nothing(self.desk)

    def figures_hold(self) -> None:
        with self.desk.sessions() as tx:
            holds.waits_are_what_the_events_say(tx, holds.look(tx))
            for name in QUEUES:
                holds.figures_are_folds_of_what_happened(tx, self.desk, name, START)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.figures_hold()
        super().teardown()


def test_the_queue_is_as_the_reference_says_whatever_happens(
    sessions: Sessions, redis: Redis, database_url: str
) -> None:
    machine = partial(ServiceMachine, sessions, redis, lambda: empty_tables(database_url))
    health = list(HealthCheck)
    # What fails is not made smaller: that takes longer than a test may, and the steps are told as they are.
    numbers = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize="MACHINE_EXAMPLES" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=health,
    )
    run_state_machine_as_test(machine, settings=numbers)  # type: ignore[arg-type] # A partial makes machines too.
