"""File names for learners: safe on every system, no two alike. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

_FIT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def safe_names(ids: Iterable[str]) -> Mapping[str, str]:
    """A name for each id, without an extension.

    An id that is a fit name keeps it. Any other gets what can be kept of it, ``~`` and a digest, which no fit
    name has; so do ids that differ in capitals alone, which some file systems take for one.
    """
    several = tuple(dict.fromkeys(ids))
    alike = Counter(id.casefold() for id in several)
    return {id: id if _is_fit(id) and alike[id.casefold()] == 1 else _made_up(id) for id in several}


def _is_fit(id: str) -> bool:
    return bool(_FIT.fullmatch(id)) and not _RESERVED.fullmatch(id)


def _made_up(id: str) -> str:
    kept = _UNFIT.sub("_", id)[:40].strip("._-")
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    return f"{kept}~{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
