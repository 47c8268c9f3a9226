"""What is running, as `ps` has it; and which of it is a sandbox: each begins with a process of bubblewrap."""

import subprocess
import time


def started_by(process):
    """The numbers of the sandboxes whose parent is the process of this number."""
    return {pid for pid, (parent, args) in _listed().items() if parent == str(process) and _is_outer(args)}


def wait_for_the_end_of(sandboxes):
    """Those of the sandboxes that are still there after a while."""
    deadline = time.monotonic() + 20
    while (left := sandboxes & _listed().keys()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def orphans():
    """What runs in sandboxes that nobody waits for: their parent has ended. Other tests may have some of their own."""
    listed = _listed()
    return [
        args
        for parent, args in listed.values()
        if _is_outer(args)
        and not any(word in listed.get(parent, ("", ""))[1] for word in ("python", "bwrap"))
    ]


def _is_outer(args):
    return args.startswith("bwrap ")


def command_lines():
    """Those of every process."""
    return [args for _, args in _listed().values()]


def _listed():
    # -ww: ps cuts lines at 80 columns where it has no terminal, and a folder's name may be longer.
    listed = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True).stdout
    rows = (line.split(maxsplit=2) for line in listed.splitlines())
    return {row[0]: (row[1], row[2] if row[2:] else "") for row in rows}
