"""What a working copy was given: `.checker/shipped.json`, by which an update knows what its learner edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath

from checker.errors import UsageError
from checker.files import write_atomically

_FORMAT = "checker/shipped/v1"


@dataclass(frozen=True)
class Manifest:
    """The digests of the files as they were given, by their paths in the working copy."""

    version: str = ""
    """The workbook's version that the last finished update, or `init`, brought."""
    solutions: bool = True
    """Whether the copy has the solutions."""
    files: Mapping[str, str] = field(default_factory=dict)
    unfinished: Mapping[str, list[str]] = field(default_factory=dict)
    """What updates that did not end were bringing: each file may be any of these."""

    def begun(self, shipped: Mapping[str, str]) -> Manifest:
        """As it stands while `shipped` is being brought."""
        paths = self.unfinished.keys() | shipped.keys()
        return replace(self, unfinished={path: self._coming(path, shipped) for path in sorted(paths)})

    def _coming(self, path: str, shipped: Mapping[str, str]) -> list[str]:
        new = [shipped[path]] if path in shipped else []
        return sorted({*self.unfinished.get(path, []), *new})

    def save(self, path: Path, scratch: Path) -> None:
        """Write it to `path`, by way of the folder `scratch`. Raises OSError."""
        document = {"format": _FORMAT, **asdict(self)}
        write_atomically(path, json.dumps(document, indent=1).encode(), scratch)


def load_manifest(path: Path) -> Manifest | None:
    """The manifest at `path`; None where there is none. Raises UsageError on a damaged or foreign one."""
    try:
        document = json.loads(path.read_bytes())
        if document.pop("format") != _FORMAT:
            raise ValueError("another format")
        return _checked(Manifest(**document))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path} cannot be used ({error}).") from None


def _checked(manifest: Manifest) -> Manifest:
    """It, if its parts are what they should be. Raises TypeError or ValueError."""
    parts = {"version": str, "solutions": bool, "files": dict, "unfinished": dict}
    for name, kind in parts.items():
        if not isinstance(getattr(manifest, name), kind):
            raise TypeError(f"{name} is wrong")
    digests = [
        *manifest.files.values(),
        *(one for several in manifest.unfinished.values() for one in several),
    ]
    if not all(isinstance(digest, str) for digest in digests):
        raise TypeError("a digest is wrong")
    for path in (*manifest.files, *manifest.unfinished):
        if PurePosixPath(path).is_absolute() or ".." in path.split("/") or "\\" in path or ":" in path:
            raise ValueError(f"{path!r} is no path in a working copy")
    return manifest


def digest(content: bytes) -> str:
    """What tells an edit: line ends, which git changes on some systems, are none."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
