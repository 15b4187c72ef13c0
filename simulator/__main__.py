"""The command line: every setting of the network as an option, or as an environment variable."""

import argparse
import logging
import os
from pathlib import Path

from simulator.server import Doors, run
from simulator.settings import Account, Line, Settings, Target


def main(arguments: list[str] | None = None) -> None:
    """Read the options and serve."""
    given = parser().parse_args(arguments)
    logging.basicConfig(level=given.log_level, format="%(levelname)s %(name)s: %(message)s")
    run(settings(given), doors(given))


def parser() -> argparse.ArgumentParser:
    """Describe the options; each has an environment variable SIM_... for its default."""
    made = argparse.ArgumentParser("simulator", description="A telephone network in miniature.")
    _doors(made)
    _account(made)
    _numbers(made)
    _pace(made)
    return made


def settings(given: argparse.Namespace) -> Settings:
    """Make the network's settings out of the options."""
    lines = {number: Line(voice=Target(url)) for number, url in given.number}
    for number in {number for number, _ in given.fallback + given.status_callback} - set(lines):
        raise SystemExit(f"simulator: {number} has a fallback or status URL, but no voice URL: add --number")
    fallbacks, statuses = _targets(given.fallback), _targets(given.status_callback)
    named = {n: Line(line.voice, fallbacks.get(n), statuses.get(n)) for n, line in lines.items()}
    return Settings(
        account=Account(given.account_sid, given.auth_token, given.shared_key_id, given.shared_key),
        numbers=named,
        applications={sid: Line(voice=Target(url)) for sid, url in given.application},
        base_url=given.base_url or f"http://{given.host}:{given.port}",
        speed=given.speed,
        lenient=given.lenient,
        seed=given.seed,
        calls_kept=given.calls_kept,
        api_keys=dict(given.api_key),
    )


def doors(given: argparse.Namespace) -> Doors:
    """Say where the network is to be reached."""
    sip_port = given.sip_port if given.sip_port >= 0 else None
    return Doors(given.host, given.port, given.sip_host, sip_port, given.cache, dict(given.sip_password))


def _doors(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("doors")
    _option(group, "--host", "127.0.0.1", "address of the REST and test interface")
    _option(group, "--port", 8130, "its port")
    _option(group, "--base-url", "", "its URL as others see it, if another")
    _option(group, "--sip-host", "127.0.0.1", "address of the SIP door")
    _option(group, "--sip-port", -1, "UDP port of the SIP door, the next free one if taken; -1 for no SIP")
    _option(group, "--cache", Path("var/voice"), "folder in which spoken prompts are kept")
    _pairs(group, "--sip-password", "NAME=PASSWORD", "a softphone that must give a password; may be repeated")
    _option(group, "--log-level", "INFO", "how much is told: DEBUG, INFO, WARNING")


def _account(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("account")
    default = Account()
    _option(group, "--account-sid", default.sid, "account SID")
    _option(group, "--auth-token", default.auth_token, "auth token: signs webhooks, opens REST")
    _option(group, "--shared-key-id", "", "id of a shared key; with it webhooks carry the SHA-256 signature")
    _option(group, "--shared-key", "", "the shared key")
    _pairs(group, "--api-key", "SID=SECRET", "an API key that may ask over REST; may be repeated")


def _numbers(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("numbers", "each may be repeated")
    _pairs(group, "--number", "NUMBER=URL", "a number and its voice URL")
    _pairs(group, "--fallback", "NUMBER=URL", "a number's fallback URL")
    _pairs(group, "--status-callback", "NUMBER=URL", "a number's status callback URL")
    _pairs(group, "--application", "AP..=URL", "a TwiML App and its voice URL")


def _pace(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("behavior")
    _option(group, "--speed", 1.0, "share of its natural time that everything takes; 0 is at once")
    _option(group, "--seed", None, "seed of everything random; without one SIDs never repeat", kind=int)
    _option(group, "--calls-kept", 5000, "how many calls are remembered")
    lenient = os.environ.get("SIM_LENIENT", "") in {"1", "true", "yes"}
    words = "ignore unknown TwiML instead of failing (default: fail)"
    group.add_argument("--lenient", action="store_true", default=lenient, help=words)


def _option(
    group: argparse._ArgumentGroup,
    name: str,
    default: object,
    words: str,
    kind: type | None = None,
) -> None:
    variable = "SIM_" + name.strip("-").replace("-", "_").upper()
    known = kind or type(default)
    shown = f"{words} (default: {default}; {variable})" if default not in {None, ""} else f"{words} ({variable})"
    group.add_argument(name, type=known, default=os.environ.get(variable, default), help=shown)


def _pairs(group: argparse._ArgumentGroup, name: str, shape: str, words: str) -> None:
    variable = "SIM_" + name.strip("-").replace("-", "_").upper()
    default = [_pair(text) for text in os.environ.get(variable, "").split(",") if text]
    shown = f"{words} ({variable}, separated by commas)"
    group.add_argument(name, action="append", type=_pair, default=default, metavar=shape, help=shown)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _targets(pairs: list[tuple[str, str]]) -> dict[str, Target]:
    return {name: Target(url) for name, url in pairs}


if __name__ == "__main__":
    main()
