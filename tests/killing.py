"""Kill a piece of work at every step it takes in the file system.

A fork does the work under an audit hook that counts what changes files, and kills the process, as the
kernel would, before the step whose turn it is.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator

_ALWAYS = {
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.truncate",
    "os.chmod",
    "os.link",
    "os.symlink",
}
_MOST = 2_000


def killed_at_every_step(work: Callable[[], object], prepare: Callable[[], object]) -> Iterator[int]:
    """For each step in turn: `prepare`, begin `work`, die before that step; the caller then looks at what is left.

    The last turn comes to the work's end, and yields too. Raises AssertionError where the work itself fails.
    """
    for step in range(1, _MOST):
        prepare()
        status = _run_until(step, work)
        yield step
        if status == 0:
            assert step > 1, "the work changes no file: nothing was proved"
            return
        assert status == -signal.SIGKILL, f"the work failed by itself at step {step}"
    raise AssertionError("the work does not end")


def _run_until(step: int, work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            sys.addaudithook(_Killer(step))
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class _Killer:
    def __init__(self, step: int):
        self.left = step

    def __call__(self, event, arguments):
        if event in _ALWAYS or (event == "open" and _writes(arguments)):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _writes(arguments):
    _, mode, flags = arguments
    return (
        bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        if mode is None
        else any(c in mode for c in "wax+")
    )
