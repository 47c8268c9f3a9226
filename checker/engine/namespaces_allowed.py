"""Whether this machine lets anybody make namespaces of their own, and where it does not, why and what to do."""

from __future__ import annotations

from pathlib import Path

_KERNEL = Path("/proc/sys")
_IN_A_CONTAINER = ("/.dockerenv", "/run/.containerenv")


def why_not() -> str:
    """What keeps bubblewrap from its work, and the way out; empty where nothing known does."""
    if _says("kernel/apparmor_restrict_unprivileged_userns", "1"):
        return (
            "AppArmor forbids namespaces to bubblewrap here (Ubuntu from 23.10 on). Allow them: "
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _says("kernel/unprivileged_userns_clone", "0"):
        return "The kernel forbids namespaces to users. Allow them: sudo sysctl kernel.unprivileged_userns_clone=1"
    if _says("user/max_user_namespaces", "0"):
        return (
            "The kernel forbids namespaces to users. Allow them: sudo sysctl user.max_user_namespaces=10000"
        )
    if any(Path(file).exists() for file in _IN_A_CONTAINER):
        return "This container may not make namespaces of its own. Start it with --privileged, see docs/instructors.md"
    return ""


def _says(name: str, value: str) -> bool:
    try:
        return (_KERNEL / name).read_text("ascii").strip() == value
    except OSError:
        return False
