"""The machine below Python: temporary files, disk, clock, processes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checker.doctor.diagnosis import Diagnosis, ok, problem, warning
from checker.doctor.environment import pip
from checker.engine.namespaces_allowed import why_not
from checker.engine.runner import CAN_FORK

ENOUGH_DISK = 200_000_000  # bytes: workspaces, caches and a test database fit in many times over

_SOME_BYTES = b"\0" * 4096
_A_ZONE = "Asia/Tokyo"
_LAST_YEAR = 2100


_TRIED = ("--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "true")


def temporary_folder() -> Diagnosis:
    folder = Path(tempfile.gettempdir())
    return judge_writing(folder, writing_fails(folder), "set TMPDIR to a folder of your own")


def writing_fails(folder: Path) -> str:
    """Why a file cannot be written there, tried by writing one; empty where it can."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(_SOME_BYTES)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return reason_of(error)
    return ""


def reason_of(error: OSError) -> str:
    """What the system says, without number and path where it can be had."""
    return error.strerror or str(error)


def judge_writing(folder: Path, reason: str, remedy: str) -> Diagnosis:
    if not reason:
        return ok(f"{folder} can be written")
    is_full = reason == os.strerror(errno.ENOSPC)
    return problem(f"{folder} cannot be written: {reason}", "make room on its disk" if is_full else remedy)


def disk() -> Diagnosis:
    folders = {Path.cwd(), Path(tempfile.gettempdir())}
    return judge_disk({folder: shutil.disk_usage(folder).free for folder in folders})


def judge_disk(free: dict[Path, int]) -> Diagnosis:
    """`free` is how many bytes are left where each folder is."""
    folder, least = min(free.items(), key=lambda pair: pair[1])
    text = f"{least / 1e9:.1f} GB free at {folder}"
    return ok(text) if least >= ENOUGH_DISK else warning(text, f"make room: {ENOUGH_DISK // 10**6} MB do")


def clock() -> Diagnosis:
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    return judge_clock(datetime.now().astimezone(), installed)


def judge_clock(now: datetime, installed: datetime) -> Diagnosis:
    """`installed` is when this file was written: whatever the zone, now is not a day before that."""
    if now < installed - timedelta(days=1) or now.year >= _LAST_YEAR:
        return warning(
            f"it is said to be {now:%Y-%m-%d}", "set the machine's clock: tokens and cookies expire"
        )
    return ok(f"{now:%Y-%m-%d %H:%M} {now.tzname()}")


def time_zones() -> Diagnosis:
    return judge_time_zones(os.environ.get("TZ", ""), _is_known)


def judge_time_zones(local: str, is_known: Callable[[str], bool]) -> Diagnosis:
    """`local` is the variable TZ, which may also be a path, or a rule such as ``CET-1``."""
    if not is_known(_A_ZONE):
        return problem(f"no zone data, such as {_A_ZONE}, which lesson 05 needs", pip("install", "tzdata"))
    name = local.removeprefix(":")
    if "/" in name and not name.startswith("/") and not is_known(name):
        return warning(
            f"TZ is {local}, a zone nobody knows: times are in UTC", "set TZ to a zone, or unset it"
        )
    return ok("zone data is there")


def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def fork() -> Diagnosis:
    return ok("yes: a check is quick" if CAN_FORK else "not on this system: a check works and takes longer")


def sandbox() -> Diagnosis:
    """Tried, as it may be installed and not allowed; no trouble for learners either way."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return ok("bwrap is not here; only instructors need it")
    tried = subprocess.run([bwrap, *_TRIED], capture_output=True, text=True, errors="replace", check=False)
    if tried.returncode == 0:
        return ok(f"{bwrap} works; only instructors need it")
    said = (tried.stderr.strip().splitlines() or ["it ended without a word"])[-1][:200]
    return ok(f"{bwrap} does not work: {said}. {why_not()} Only instructors need it".replace("  ", " "))
