"""Publishing a folder so that a reader sees the old release or the new one, never anything between.

Here: the folder `published`: staging aside, making durable, swapping `current` in one rename, and retiring
what was superseded long enough ago. Not here: what a release holds, nor when one is due; those belong to
`assets.release` and to the pipelines.

    releases/0007-3f2a9c0b11de/   a complete release, its files read-only
    releases/.staging-.../        one being made; swept away by the next one if its process was killed
    current                       relative symlink to the release in force
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from filelock import FileLock, Timeout

KEPT_AT_LEAST = timedelta(hours=24)
"""How long a superseded release stays readable, so that whoever resolved `current` can finish reading."""

KEPT_ALWAYS = 8
"""How many superseded releases are kept whatever their age, to look back at and to return to."""

_RELEASE_ID = re.compile(r"^(?P<sequence>\d{4,})-(?P<content>[0-9a-f]{12})$")
_STAGING, _RETIRING, _SWAPPING = ".staging-", ".retiring-", ".current-"
_LOCK_SECONDS = 60.0


class PublishingError(Exception):
    """A release could not be published; what was in force still is."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_hash(digests: Mapping[str, str]) -> str:
    """One SHA-256 for many files: over their sorted (path, SHA-256), so that no order of writing shows."""
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def link_or_copy(source: Path, target: Path) -> None:
    """Let `target` be the same bytes as `source`: a hard link, or a copy where the file system has none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


class Published:
    """The folder `published` of a home. One process at a time may stage, publish or retire; anyone may read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.releases = folder / "releases"
        self._link = folder / "current"
        self._lock = FileLock(folder / ".publishing.lock", timeout=_LOCK_SECONDS)

    def current(self) -> Path | None:
        """The folder of the release in force, the symlink resolved once; None before the first release.

        Raises PublishingError where the symlink leads nowhere.
        """
        try:
            target = self._link.readlink()
        except FileNotFoundError:
            return None
        release = (self.folder / target).absolute()
        if not release.is_dir():
            raise PublishingError(
                f"{self._link} names {target.name}, which is not there: restore that release, "
                f"or point the link at one of those in {self.releases}"
            )
        return release

    def release_ids(self) -> list[str]:
        """The ids of every complete release that is still here, oldest first."""
        if not self.releases.is_dir():
            return []
        return sorted((p.name for p in self.releases.iterdir() if _RELEASE_ID.match(p.name)), key=_sequence)

    def next_sequence(self) -> int:
        """The sequence number the next release gets: one more than the greatest here, from 1 on."""
        return max(map(_sequence, self.release_ids()), default=0) + 1

    def next_id(self, content: str) -> str:
        """The id a release of this content hash would get: `0007-3f2a9c0b11de`."""
        return f"{self.next_sequence():04d}-{content[:12]}"

    def in_force_is(self, content: str) -> bool:
        """Whether the release in force has this content hash, so that nothing needs publishing."""
        release = self.current()
        match = _RELEASE_ID.match(release.name) if release else None
        return match is not None and match["content"] == content[:12]

    @contextmanager
    def stage(self) -> Iterator[Path]:
        """A fresh folder to build a release in; it is gone afterwards unless it was published.

        Sweeps away what killed processes left. Raises PublishingError where another process is publishing.
        """
        with self._alone():
            self.releases.mkdir(parents=True, exist_ok=True)
            self._sweep()
            staged = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.releases))
            # mkdtemp closes the folder to everyone else; a release is as open as the folder it stands in.
            staged.chmod(self.releases.stat().st_mode & 0o777)
            try:
                yield staged
            finally:
                shutil.rmtree(staged, ignore_errors=True)

    def publish(self, staged: Path, release_id: str) -> Path:
        """Make the staged folder durable and read-only, and put it in force; its new folder.

        Until the last rename the release before is in force, whatever goes wrong. Raises PublishingError
        for an id that is malformed or taken, and OSError where the disk fails.
        """
        if _RELEASE_ID.match(release_id) is None:
            raise PublishingError(f"not a release id: {release_id} (expected the form 0007-3f2a9c0b11de)")
        release = self.releases / release_id
        with self._alone():
            if release.exists():
                raise PublishingError(f"release {release_id} is there already, and releases never change")
            _seal(staged)
            # The folder's own time says since when its predecessor is superseded: see `retire`.
            os.utime(staged)
            staged.rename(release)
            _fsync(self.releases)
            self._swap(release)
        return release

    def retire(self, now: datetime) -> list[str]:
        """Remove what was superseded at least 24 hours ago and is not among the last eight; their ids.

        `now` is an aware time. A release counts as superseded since its successor was published.
        """
        with self._alone():
            in_force = self.current()
            if in_force is None:
                return []
            ids = self.release_ids()
            successor = dict(pairwise(ids))
            superseded = [release_id for release_id in ids if release_id != in_force.name]
            retired = []
            for release_id in superseded[:-KEPT_ALWAYS]:
                since = (self.releases / successor.get(release_id, release_id)).stat().st_mtime
                if now - datetime.fromtimestamp(since, UTC) >= KEPT_AT_LEAST:
                    # Renamed first: a release half removed must not look like a release.
                    leaving = self.releases / f"{_RETIRING}{release_id}"
                    (self.releases / release_id).rename(leaving)
                    shutil.rmtree(leaving)
                    retired.append(release_id)
            return retired

    def _swap(self, release: Path) -> None:
        """Point `current` at the release: a new symlink renamed over the old, so that there always is one."""
        link = self.folder / f"{_SWAPPING}{os.getpid()}"
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(release.relative_to(self.folder), target_is_directory=True)
            link.replace(self._link)
        finally:
            link.unlink(missing_ok=True)
        _fsync(self.folder)

    def _sweep(self) -> None:
        """Remove what killed processes left; the lock says that nobody is using it."""
        for path in self.releases.iterdir():
            if path.name.startswith((_STAGING, _RETIRING)):
                shutil.rmtree(path)
        for path in self.folder.glob(f"{_SWAPPING}*"):
            path.unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the publishing lock; the kernel lets go of it when a process dies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with self._lock:
                yield
        except Timeout:
            raise PublishingError(
                f"another process has been publishing to {self.folder} for {_LOCK_SECONDS:.0f} seconds: "
                "wait until it has finished, then run again"
            ) from None


def _sequence(release_id: str) -> int:
    return int(release_id.split("-", 1)[0])


def _seal(folder: Path) -> None:
    """Make every file durable and unwritable, then every folder durable, the innermost first."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(parent, name)
            mode = path.stat().st_mode
            # What an earlier release shares is sealed already, and may belong to another user.
            if mode & 0o222:
                path.chmod(mode & ~0o222)
            _fsync(path)
        _fsync(Path(parent))


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
