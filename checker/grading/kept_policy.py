"""The policy of a grading, kept in its folder: no later command gives other marks without a word."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from checker.errors import UsageError
from checker.files import write_atomically
from checker.grading.policy import Policy
from checker.grading.policy_file import content_of, parsed

_NAME = "policy.toml"


@dataclass(frozen=True)
class PolicyInForce:
    """What marks are given by, and where that stands."""

    policy: Policy
    file: Path | None
    """None: nobody has named one, so it is the default."""
    content: bytes = b""
    """What stood in it; read once, as it may be a pipe."""

    def line(self) -> str:
        """What to tell about it."""
        return f"Marks by {self.file or 'the default policy'}."


def policy_in_force(out: Path, named: Path | None, *, zero_unusable: bool = False) -> PolicyInForce:
    """The policy that is `named`, else the one kept in the folder `out`, else the default.

    With `zero_unusable`, what is of no use earns 0; that is not kept. Raises UsageError where it cannot be used.
    """
    found = _found(out, named)
    return replace(found, policy=replace(found.policy, zero_unusable=zero_unusable))


def _found(out: Path, named: Path | None) -> PolicyInForce:
    if named:
        return _read(named)
    kept = out / _NAME
    if not kept.exists():
        return PolicyInForce(Policy(), None)
    try:
        return _read(kept)
    except UsageError as error:
        raise UsageError(f"{error} It was kept from an earlier --policy: give that again.") from None


def keep(in_force: PolicyInForce, out: Path) -> list[str]:
    """Leave a copy of the policy's file in the folder `out`, for commands that name none; the lines to print.

    Raises UsageError where that fails.
    """
    kept = out / _NAME
    if in_force.file in (None, kept):
        return []
    try:
        write_atomically(kept, in_force.content)
    except OSError as error:
        raise UsageError(f"The policy could not be kept in {out}: {error.strerror or error}.") from None
    return [f"Written: {kept}, for commands that name no --policy"]


def _read(path: Path) -> PolicyInForce:
    content = content_of(path)
    return PolicyInForce(parsed(content, path), path, content)
