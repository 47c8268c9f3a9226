"""What a process of Linux can be walled off with: namespaces, small file systems, limits, no rights.

Python's own library has `os.unshare` from 3.12 on and mounts not at all, so these are system calls. Each raises
OSError, with the call's name, where the kernel refuses.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import socket
import struct
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)

# linux/sched.h
_NEW_MOUNTS = 0x00020000
_NEW_IPC = 0x08000000
_NEW_USERS = 0x10000000
_NEW_PIDS = 0x20000000
_NEW_NETWORK = 0x40000000
# linux/mount.h
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _REMOUNT, _BIND = 1, 2, 4, 32, 4096
# linux/prctl.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
# linux/capability.h
_CAPABILITIES_VERSION_3 = 0x20080522
# linux/sockios.h, linux/if.h
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40


def unshare_all() -> None:
    """Give this process users, mounts, inter-process communication and a network of its own.

    Its children get process numbers of their own, from 1 up. The user stays who it is, with every right over
    what is new, until `drop_capabilities`.
    """
    user, group = os.getuid(), os.getgid()
    set_readable(True)  # its own /proc/self is the owner's only then
    _call("unshare", _NEW_USERS | _NEW_MOUNTS | _NEW_IPC | _NEW_PIDS | _NEW_NETWORK)
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path(f"/proc/self/{file}").write_text(text, "ascii")


def unshare_mounts() -> None:
    """Give this process mounts of its own: what it mounts, its parent does not see."""
    _call("unshare", _NEW_MOUNTS)


def mount_memory(place: str, size: int, files: int) -> None:
    """An empty folder in memory at `place`, for at most so many bytes and files."""
    _mount("tmpfs", place, "tmpfs", _NO_SETUID | _NO_DEVICES, f"mode=0700,size={size},nr_inodes={files}")


def hide(place: str) -> None:
    """An empty folder at `place` that nothing can be written to."""
    _mount("tmpfs", place, "tmpfs", _NO_SETUID | _NO_DEVICES | _READ_ONLY, "mode=0555,size=4k,nr_inodes=2")


def make_read_only(path: Path) -> None:
    """A file that nobody can change, replace or remove, not even its owner."""
    _mount(str(path), str(path), None, _BIND, None)
    _mount(None, str(path), None, _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES, None)


def start_loopback() -> None:
    """Bring up the one interface of a new network: a test may serve itself, and reach nobody else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", _IFF_UP | _IFF_RUNNING)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


def drop_capabilities() -> None:
    """Give up every right over what is new; no program that is started gets one back."""
    header = struct.pack("Ii", _CAPABILITIES_VERSION_3, 0)
    _call("capset", header, bytes(24))


def become(user: int) -> None:
    """From root, an ordinary user without any group's rights. Raises OSError where this is not allowed."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def set_readable(readable: bool) -> None:
    """Whether other processes of the same user may look into this one's memory."""
    _call("prctl", _PR_SET_DUMPABLE, int(readable), 0, 0, 0)


def end_with_parent(signal: int) -> None:
    """Get `signal` when the parent dies, in whatever way."""
    _call("prctl", _PR_SET_PDEATHSIG, signal, 0, 0, 0)


def limit(**most: int) -> None:
    """Set limits by their names in `resource`: ``limit(nproc=100)``; what is a limit already stays one."""
    for name, value in most.items():
        which = getattr(resource, f"RLIMIT_{name.upper()}")
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def _mount(source: str | None, place: str, kind: str | None, flags: int, options: str | None) -> None:
    texts = [None if text is None else os.fsencode(text) for text in (source, place, kind, options)]
    _call("mount", texts[0], texts[1], texts[2], ctypes.c_ulong(flags), texts[3], of=place)


def _call(name: str, *arguments: object, of: str = "") -> None:
    if getattr(_LIBC, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), f"{name} {of}".strip())
