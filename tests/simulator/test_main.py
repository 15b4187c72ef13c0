"""The command line: what it takes, and what it refuses."""

import pytest

from simulator.__main__ import doors, parser, settings
from simulator.settings import Line, Target


def test_every_setting_has_an_option() -> None:
    given = parser().parse_args([
        "--port", "8131", "--sip-port", "5070", "--account-sid", "AC9", "--auth-token", "t", "--speed", "0.5",
        "--number", "120=http://p/voice?a=b", "--fallback", "120=http://p/fb", "--status-callback", "120=http://p/st",
        "--application", "AP1=http://p/app", "--api-key", "SK1=s", "--seed", "3", "--lenient",
    ])  # fmt: skip
    made = settings(given)
    assert made.numbers == {"120": Line(Target("http://p/voice?a=b"), Target("http://p/fb"), Target("http://p/st"))}
    assert (made.account.sid, made.account.auth_token, made.speed, made.seed) == ("AC9", "t", 0.5, 3)
    assert made.applications == {"AP1": Line(Target("http://p/app"))}
    assert (made.lenient, made.api_keys, made.base_url) == (True, {"SK1": "s"}, "http://127.0.0.1:8131")
    assert (doors(given).port, doors(given).sip_port) == (8131, 5070)


def test_the_environment_gives_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIM_AUTH_TOKEN", "secret")
    monkeypatch.setenv("SIM_PORT", "9000")
    monkeypatch.setenv("SIM_NUMBER", "120=http://p/v,121=http://p/w")
    given = parser().parse_args([])
    assert (given.auth_token, given.port) == ("secret", 9000)
    assert set(settings(given).numbers) == {"120", "121"}
    assert doors(given).sip_port is None


@pytest.mark.parametrize(
    "arguments",
    [["--number", "120"], ["--port", "many"], ["--fallback", "120=http://p/"], ["--speed", "fast"], ["--oops"]],
)
def test_what_makes_no_sense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        settings(parser().parse_args(arguments))


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    shown = capsys.readouterr().out
    for option in ("--number", "--sip-port", "--lenient", "--speed", "SIM_AUTH_TOKEN"):
        assert option in shown
