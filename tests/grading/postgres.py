"""A PostgreSQL server for the tests: a new one in a folder of its own, reached by a socket file alone."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

_PORT = 5432  # only a part of the socket's name


def programs() -> Path | None:
    """The folder of the newest installed server, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return installed[-1].parent if installed else None


@contextlib.contextmanager
def server():
    """The folder of the socket, while the server runs."""
    # A socket's path may have 107 characters; pytest's folders are often longer.
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        folder = Path(name)
        if os.getuid() == 0:  # PostgreSQL does not run as root; its package makes this user
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        _run(
            "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c port={_PORT} -c fsync=off"
        _run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield folder
        finally:
            _run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def new_database(folder: Path, name: str) -> str:
    """The URL of an empty database on the server."""
    _run("createdb", "-h", folder, "-p", _PORT, "-U", "tester", name)
    return f"postgresql+psycopg://tester@/{name}?host={folder}&port={_PORT}"


def _run(program: str, *arguments: object) -> None:
    as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    command = [str(programs() / program), *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **as_user)
