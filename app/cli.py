"""The `goodbye120` command: run the whole helpline, one of its processes, or a call."""

import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.settings import BadSettings, Settings, load

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Goodbye Loneliness 120, a city's helpline.",
)
DATA = Path("var")
audit = typer.Typer(no_args_is_help=True, help="What was written down of who did what, and who looked at whom.")
app.add_typer(audit, name="audit")


def settings(*files: Path) -> Settings:
    """Read the settings, or say what is wrong with them and end with 2."""
    try:
        return load((*files, Path(".env")))
    except BadSettings as wrong:
        typer.echo(f"These settings must be mended first:\n{wrong}", err=True)
        raise typer.Exit(2) from wrong


@app.command()
def server(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over: delete all data in var/ first.")] = False,
) -> None:
    """Run everything on this machine until Ctrl-C."""
    from app.claim import AlreadyRunningError, claimed, wipe
    from app.embedded import EmbeddedError
    from app.local import plan, seat_softphones
    from app.supervise import run
    from app.welcome import words

    try:
        with claimed(DATA) as claim:
            if fresh:
                wipe(claim)
            local = plan(DATA.resolve())
            welcome = words(local)
            claim.tell(welcome)

            def ready() -> None:
                seat_softphones(local)
                print(welcome, flush=True)

            sys.exit(run(local.processes, on_ready=ready))
    except AlreadyRunningError as running:
        typer.echo(f"The helpline already runs here:\n{running}", err=True)
        raise typer.Exit(1) from running
    except EmbeddedError as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(1) from failure


@app.command()
def web() -> None:
    """Serve webhooks, API and pages."""
    import uvicorn

    s = settings()
    uvicorn.run(
        "app.main:create", factory=True, host=s.host, port=s.port, workers=s.web_processes, access_log=False,
        log_level=s.log_level.lower(), timeout_keep_alive=120, http="httptools", loop="uvloop", server_header=False,
        proxy_headers=bool(s.trusted_proxies), forwarded_allow_ips=s.trusted_proxies,
    )  # fmt: skip


@app.command()
def worker() -> None:
    """Work on what is owed: deliveries, reminders, escalations."""
    settings()
    from app.jobs import work

    work()


@app.command()
def relay() -> None:
    """Carry messages on as soon as they are committed, and keep the queue's time."""
    from app.relay import run
    from app.world import World

    run(World(settings()))


@app.command()
def migrate() -> None:
    """Bring the database's schema to the newest version."""
    from app.migrate import upgrade
    from app.world import World, clock
    from casework.service.places import load_dongs
    from casework.service.retention import schedule

    s = settings()
    upgrade(s.database_url)
    with closing(World(s)) as world, world.sessions.begin() as tx:
        load_dongs(tx)
        schedule(tx, clock().date(), at=clock())


@app.command()
def dongs(file: Annotated[Path, typer.Argument(help="CSV in UTF-8: code,name,valid_from,valid_to.")]) -> None:
    """Bring a list of administrative dongs into the database."""
    from app.world import World
    from casework.service.places import load_dongs
    from core.errors import Refusal

    try:
        with closing(World(settings())) as world, world.sessions.begin() as tx:
            number = load_dongs(tx, file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, Refusal) as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(1) from wrong
    typer.echo(f"{number} dongs are there.")


@app.command()
def reseal() -> None:
    """Seal what is held of people under keys of their own, and their keys under the newest of DATA_KEYS."""
    from app.reseal import resealed
    from app.world import World

    with closing(World(settings())) as world:
        typer.echo(f"{resealed(world)} values are sealed anew.")


@app.command()
def demo() -> None:
    """Add the demonstration city's people."""
    from app.demo import settle
    from app.world import World, clock

    with closing(World(settings())) as world, world.sessions.begin() as tx:
        settle(tx, at=clock())


@app.command()
def recount(
    begin: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The day after the last.")] = None,
    *,
    mend: Annotated[bool, typer.Option("--mend", help="Keep what was counted, where it differs.")] = False,
) -> None:
    """Count the kept figures again from the events, and say whether every number is the same."""
    from app.recount import recounted
    from app.world import World

    with closing(World(settings())) as world:
        report = recounted(world, (begin, end), mend=mend)
    for line in report.lines():
        typer.echo(line)
    raise typer.Exit(0 if report.same or mend else 1)


@audit.command()
def verify(
    head: Annotated[list[str] | None, typer.Option(help="A head noted earlier: audit_entry:120:7f...")] = None,
) -> None:
    """Look through the chains, and say which rows were altered, removed or inserted; exit code 1 where any was."""
    from app.audit import lines, read_heads, verified
    from app.local import GENERATED
    from app.world import World

    try:
        noted = read_heads(head or [])
    except ValueError as wrong:
        raise typer.BadParameter("Write it as this command prints it: table:number:digest.") from wrong
    with closing(World(settings(DATA / GENERATED))) as world:
        verdicts = verified(world, noted)
    for line in lines(verdicts):
        typer.echo(line)
    raise typer.Exit(1 if any(verdict.faults for verdict in verdicts) else 0)


@app.command()
def doctor() -> None:
    """Check the configuration before the first call, and say how to mend what is wrong."""
    from app.doctor import examine
    from app.local import GENERATED
    from app.world import World

    with closing(World(settings(DATA / GENERATED))) as world:
        findings = examine(world)
    for finding in findings:
        typer.echo(finding.line())
    raise typer.Exit(0 if all(finding.well for finding in findings) else 1)


@app.command()
def staffing(
    queue: Annotated[str, typer.Option(help="Which queue.")] = "loneliness",
    weeks: Annotated[int, typer.Option(min=1, max=26, help="Weeks to look back.")] = 8,
    service_level: Annotated[float, typer.Option(min=0, max=0.99, help="Share to answer in time.")] = 0.8,
    abandoned: Annotated[float, typer.Option(min=0.001, max=1, help="Largest share to give up.")] = 0.05,
    shrinkage: Annotated[float, typer.Option(min=0, max=0.9, help="Share of paid time not at the seat.")] = 0.3,
) -> None:
    """Say how many counselors each hour of the week needs, from the line's own calls."""
    from app.local import GENERATED
    from app.rota import table
    from app.world import World, clock
    from routing.service.planning import Wish, staffing_view
    from routing.staffing import Target

    with closing(World(settings(DATA / GENERATED))) as world, world.sessions() as tx:
        target = Target(world.routing.answer_within_seconds, service_level, abandoned)
        plan = staffing_view(tx, queue, Wish(target, weeks, shrinkage), world.routing, clock())
    for line in table(plan):
        typer.echo(line)


@app.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
def simulate(arguments: Annotated[list[str] | None, typer.Argument(help="Options; --help lists them.")] = None) -> None:
    """Play the line's week under several policies, and compare them."""
    from app.simulation.command import simulate as played

    typer.echo(played(arguments or []))


@app.command()
def simulator(
    arguments: Annotated[list[str] | None, typer.Argument(help="Options of python -m simulator.")] = None,
) -> None:
    """Run the telephone network in miniature by itself."""
    import runpy

    sys.argv = ["simulator", *(arguments or [])]
    runpy.run_module("simulator", run_name="__main__")


@app.command()
def call(
    press: Annotated[str, typer.Option(help="Keys to press, one at each question: 5 1")] = "",
    caller: Annotated[str, typer.Option("--from", help="Who calls.")] = "+821012345678",
    to: Annotated[str, typer.Option(help="The number dialed.")] = "120",
    stay: Annotated[float, typer.Option(help="Seconds to stay on the line after the last key.")] = 60,
    simulator: Annotated[
        str, typer.Option(envvar="SIMULATOR_URL", help="Where the simulator answers.")
    ] = "http://127.0.0.1:8130",
) -> None:
    """Place a call in the telephone network in miniature, and print the conversation like a play."""
    from app.play import perform

    perform(simulator, caller, to, press.split(), stay)
