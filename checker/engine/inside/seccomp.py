"""A filter of system calls: what no test of a web application needs, and an escape would begin with.

A run's process gives up its rights, but Linux lets anybody make a new user namespace with rights of its own, and
with them file systems without a limit. The filter refuses that, and calls that have often been a way out.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import struct

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_SECCOMP, _FILTER = 22, 2

# linux/audit.h, and the calls' numbers from asm/unistd.h: of x86-64 and of AArch64.
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_REFUSED = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    # Memory that belongs to no process, so that nobody could say how much a run holds.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
# Refused where an argument, counted from 0, is one of these: larger buffers of the kernel's, which are no process's memory.
_REFUSED_WHERE = (
    ((54, 208), 2, (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33)),  # setsockopt; and the same by force
    ((72, 25), 1, (1031,)),  # fcntl: the size of a pipe
)
_NAMESPACES = 0x7E020000  # every flag of clone that makes one
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
_X32 = 0x40000000  # calls of x86-64's other numbering begin here

# linux/bpf_common.h, linux/seccomp.h: offsets of seccomp_data, instructions, answers.
_NUMBER, _MACHINE, _FIRST_ARGUMENT, _AN_ARGUMENT = 0, 4, 16, 8
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ANSWER = 0x7FFF0000, 0x80000000, 0x00050000


def is_supported() -> bool:
    """Whether the filter is known for this machine."""
    return platform.machine() in _MACHINES


def install() -> None:
    """Filter this process and all that it starts, for good. Raises OSError where the kernel refuses."""
    code = _program(*_MACHINES[platform.machine()])
    instructions = ctypes.create_string_buffer(code)
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(instructions))
    if _LIBC.prctl(_PR_SET_SECCOMP, _FILTER, program, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), "seccomp")


def _program(machine: int, column: int) -> bytes:
    """The filter, in the language of Linux's packet filters: each instruction skips so many of the next."""
    refuse = _step(_RETURN, _ANSWER | errno.EPERM)
    allow = _step(_RETURN, _ALLOW)
    refused = [_step(_IF_EQUAL, calls[column], otherwise=1) + refuse for calls in _REFUSED.values()]
    families = [_step(_IF_EQUAL, family, otherwise=1) + allow for family in _FAMILIES]
    parts = [
        _step(_LOAD, _MACHINE),
        _step(_IF_EQUAL, machine, then=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_IF_AT_LEAST, _X32, otherwise=1) + refuse,
        *refused,
        *(_refused_where(calls[column], argument, values) for calls, argument, values in _REFUSED_WHERE),
        # Its flags lie in memory, where a filter cannot look; without it, the C library takes the older call.
        _step(_IF_EQUAL, _CLONE3[column], otherwise=1) + _step(_RETURN, _ANSWER | errno.ENOSYS),
        _step(_IF_EQUAL, _CLONE[column], otherwise=4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_IF_ANY_BIT, _NAMESPACES, otherwise=1) + refuse,
        allow,
        _step(_IF_EQUAL, _SOCKET[column], otherwise=2 + 2 * len(families)),
        _step(_LOAD, _FIRST_ARGUMENT),
        *families,
        _step(_RETURN, _ANSWER | errno.EAFNOSUPPORT),
        allow,
    ]
    return b"".join(parts)


def _refused_where(call: int, argument: int, values: tuple[int, ...]) -> bytes:
    """Refuse a call by an argument; what is looked at next is the call's number again."""
    refuse = _step(_RETURN, _ANSWER | errno.EPERM)
    looks = [
        _step(_LOAD, _FIRST_ARGUMENT + _AN_ARGUMENT * argument),
        *(_step(_IF_EQUAL, value, otherwise=1) + refuse for value in values),
        _step(_LOAD, _NUMBER),
    ]
    return _step(_IF_EQUAL, call, otherwise=2 + 2 * len(values)) + b"".join(looks)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)
