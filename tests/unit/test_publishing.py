"""A reader sees the old release or the new one; what was superseded stays for a day, and the last eight for ever."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import warehouse
from warehouse.publishing import KEPT_ALWAYS, Published, PublishingError, content_hash

ROOT = str(Path(warehouse.__file__).parents[1])
CONTENT = "0123456789abcdef" * 4


def publish(published: Published, text: str, content: str = CONTENT) -> Path:
    with published.stage() as staged:
        (staged / "inner").mkdir()
        (staged / "inner" / "figures.txt").write_text(text)
        return published.publish(staged, published.next_id(content))


def visible(published: Published) -> list[str]:
    return sorted(path.name for path in published.releases.iterdir() if not path.name.startswith("."))


def test_before_the_first_release_nothing_is_in_force(tmp_path: Path) -> None:
    published = Published(tmp_path / "published")
    assert published.current() is None
    assert published.release_ids() == []


def test_current_is_a_relative_link_so_that_a_home_can_be_moved(tmp_path: Path) -> None:
    published = Published(tmp_path / "here")
    publish(published, "one")
    assert not (tmp_path / "here" / "current").readlink().is_absolute()
    (tmp_path / "here").rename(tmp_path / "there")
    moved = Published(tmp_path / "there").current()
    assert moved is not None
    assert (moved / "inner" / "figures.txt").read_text() == "one"


def test_sequence_numbers_follow_one_another_and_name_the_content(tmp_path: Path) -> None:
    published = Published(tmp_path)
    assert publish(published, "one").name == "0001-0123456789ab"
    assert publish(published, "two", "f" * 64).name == "0002-ffffffffffff"
    assert published.in_force_is("f" * 64)
    assert not published.in_force_is(CONTENT)


def test_the_content_hash_does_not_depend_on_the_order_of_files() -> None:
    assert content_hash({"a": "1", "b": "2"}) == content_hash({"b": "2", "a": "1"})
    assert content_hash({"a": "1", "b": "2"}) != content_hash({"a": "2", "b": "1"})


def test_a_published_file_cannot_be_written_to(tmp_path: Path) -> None:
    release = publish(Published(tmp_path), "one")
    assert not (release / "inner" / "figures.txt").stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_a_reader_that_resolved_current_goes_on_reading_the_old_release(tmp_path: Path) -> None:
    published = Published(tmp_path)
    publish(published, "old")
    resolved = published.current()
    assert resolved is not None
    with (resolved / "inner" / "figures.txt").open() as already_open:
        publish(published, "new", "f" * 64)
        assert already_open.read() == "old"
    assert (resolved / "inner" / "figures.txt").read_text() == "old"
    newest = published.current()
    assert newest is not None
    assert (newest / "inner" / "figures.txt").read_text() == "new"


def _fail_half_way(published: Published) -> None:
    with published.stage() as staged:
        (staged / "half").write_text("written")
        raise RuntimeError


def test_an_error_while_staging_leaves_nothing_behind(tmp_path: Path) -> None:
    published = Published(tmp_path)
    with pytest.raises(RuntimeError):
        _fail_half_way(published)
    assert list(published.releases.iterdir()) == []


def test_what_a_killed_process_left_is_swept_away_by_the_next(tmp_path: Path) -> None:
    published = Published(tmp_path)
    publish(published, "one")
    (published.releases / ".staging-killed").mkdir()
    (published.releases / ".staging-killed" / "half").write_text("written")
    (published.releases / ".retiring-0000-000000000000").mkdir()
    (tmp_path / ".current-1").symlink_to("releases/nowhere")
    with published.stage():
        pass
    assert visible(published) == ["0001-0123456789ab"]
    assert [path.name for path in published.releases.iterdir()] == ["0001-0123456789ab"]
    assert not list(tmp_path.glob(".current-*"))


def test_a_process_killed_while_staging_holds_up_nobody(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, signal, sys; from warehouse.publishing import Published\n"
        "with Published(pathlib.Path(sys.argv[1])).stage() as staged:\n"
        "    (staged / 'half').write_text('written'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, env={"PYTHONPATH": ROOT})
    assert killed.returncode == -signal.SIGKILL
    published = Published(tmp_path)
    assert published.current() is None
    assert len(list(published.releases.iterdir())) == 1
    release = publish(published, "one")
    assert list(published.releases.iterdir()) == [release]


@pytest.mark.parametrize("call", ["fsync", "rename", "replace", "symlink", "chmod", "utime"])
@pytest.mark.parametrize("nth", [1, 2, 3, 5])
def test_a_crash_at_any_call_leaves_current_as_it_was_and_no_half_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    published = Published(tmp_path)
    before = publish(published, "old")
    real, calls = getattr(os, call), 0

    def failing(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, failing)
    with contextlib.suppress(OSError):
        publish(published, "new", "f" * 64)
    monkeypatch.undo()
    current = published.current()
    assert current is not None
    # The last fsync comes after the swap: whoever fails there has put a whole release in force.
    assert (current / "inner" / "figures.txt").read_text() == ("old" if current == before else "new")
    if calls >= nth and call != "fsync":
        assert current == before
    for name in visible(published):
        assert (published.releases / name / "inner" / "figures.txt").read_text() in ("old", "new")
    assert not list(tmp_path.glob(".current-*"))
    assert publish(published, "after", "e" * 64) == published.current()


def test_a_release_is_never_overwritten(tmp_path: Path) -> None:
    published = Published(tmp_path)
    release = publish(published, "one")
    with pytest.raises(PublishingError, match="never change"), published.stage() as staged:
        published.publish(staged, release.name)
    with pytest.raises(PublishingError, match="not a release id"), published.stage() as staged:
        published.publish(staged, "../elsewhere")


def test_a_link_that_leads_nowhere_is_an_error_and_not_an_empty_home(tmp_path: Path) -> None:
    published = Published(tmp_path)
    shutil.rmtree(publish(published, "one"))
    with pytest.raises(PublishingError, match="restore that release"):
        published.current()


def age(published: Published, number: int, when: datetime) -> None:
    release = published.releases / published.release_ids()[number]
    os.utime(release, (when.timestamp(), when.timestamp()))


def test_the_last_eight_superseded_releases_are_kept_whatever_their_age(tmp_path: Path) -> None:
    published, now = Published(tmp_path), datetime(2020, 7, 31, tzinfo=UTC)
    for number in range(KEPT_ALWAYS + 3):
        publish(published, str(number), f"{number:064x}"[::-1])
        age(published, number, now - timedelta(days=100 - number))
    ids = published.release_ids()
    assert published.retire(now) == ids[:2]
    assert visible(published) == ids[2:]
    current = published.current()
    assert current is not None
    assert current.name == ids[-1]


def test_a_release_is_kept_for_a_day_after_it_was_superseded_however_old_it_is(tmp_path: Path) -> None:
    published, now = Published(tmp_path), datetime(2020, 7, 31, tzinfo=UTC)
    for number in range(KEPT_ALWAYS + 3):
        publish(published, str(number), f"{number:064x}"[::-1])
        age(published, number, now - timedelta(hours=23))
    age(published, 0, now - timedelta(days=365))
    ids = published.release_ids()
    # The first is a year old, but it was in force until 23 hours ago.
    assert published.retire(now) == []
    assert published.retire(now + timedelta(minutes=59)) == []
    assert published.retire(now + timedelta(hours=1)) == ids[:2]
