"""One server per data folder, and a fresh start that deletes everything but the claim."""

import os
from pathlib import Path

import pytest

from app.claim import AlreadyRunningError, claimed, wipe
from app.embedded import EmbeddedError


def test_a_second_server_is_told_where_the_first_one_answers(tmp_path: Path) -> None:
    with claimed(tmp_path / "var") as claim:
        claim.tell("http://127.0.0.1:8120")
        with pytest.raises(AlreadyRunningError, match=r"process \d+\nhttp://127.0.0.1:8120"), claimed(tmp_path / "var"):
            pass


def test_a_folder_is_free_again_when_its_server_has_ended(tmp_path: Path) -> None:
    with claimed(tmp_path) as claim:
        claim.tell("a rather long note about where everything is")
    with claimed(tmp_path) as claim:
        claim.tell("short")
        assert (tmp_path / "running").read_text(encoding="utf-8").endswith("\nshort\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_the_folder_of_another_account_is_refused_with_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EmbeddedError, match="another account"), claimed(tmp_path):
        pass


def test_a_fresh_start_deletes_everything_but_the_claim(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "postmaster.pid").write_text("not a number\n", encoding="utf-8")
    (tmp_path / "note").write_text("x", encoding="utf-8")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)
    with claimed(tmp_path) as claim:
        wipe(claim)
        assert [path.name for path in tmp_path.iterdir()] == ["running"]
    assert outside.exists()
