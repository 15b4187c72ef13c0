"""What `goodbye120 server` says when everything is up: what is where, and who can sign in."""

from app.demo import CITY, PASSWORD
from app.local import Local


def words(local: Local) -> str:
    """Write the lines a newcomer needs."""
    base = f"http://127.0.0.1:{local.environment['PORT']}"
    lines = [
        "",
        "외로움안녕120 · Goodbye Loneliness 120 is up.",
        "",
        f"  A counselor's desk {base}/desk",
        f"  API and webhooks   {base}  (described at {base}/openapi.json)",
    ]
    if local.simulator_url:
        lines += [
            f"  Telephone network  {local.simulator_url}",
            f"  A SIP phone dials  sip:120@127.0.0.1:{local.sip_port}",
            "  Or from a shell    .venv/bin/goodbye120 call --press '5 1'"
            + ("" if local.simulator_url.endswith(":8130") else f" --simulator {local.simulator_url}"),
        ]
    lines += ["", f"  Everybody signs in with the password {PASSWORD}:"]
    lines += [f"    {person.login:<8} {person.role:<17} {person.name}" for person in CITY]
    return "\n".join([*lines, "", "  Ctrl-C stops everything; the data stays in var/.", ""])
