"""A session that is started before its suite is known is the one that pytest would have started for it."""

import json
import subprocess
import sys
from itertools import product

import pytest

from checker.engine.libraries import modules_for
from checker.engine.run import Request
from checker.engine.runner import open_runner
from checker.engine.workspace import put_files

PROBE = """
import json, os, warnings
from pathlib import Path

import pytest

def test_state(request, tmp_path, cache, testdir_or_not, whole):
    config = request.config
    state = {
        "options": vars(config.option),
        "known": vars(config.known_args_namespace),
        "ini": {name: config.getini(name) for name in config._parser._inidict},
        "plugins": sorted(name for name, plugin in config.pluginmanager.list_name_plugin() if plugin and not name.isdigit()),
        "args": config.args, "source": config.args_source, "invoked": config.invocation_params.args,
        "places": [config.rootpath, config.inipath, config.invocation_params.dir, request.session.path,
                   request.session.startpath, request.session.nodeid, request.node.path, tmp_path, Path.cwd(),
                   config.pluginmanager._confcutdir, cache._cachedir, config.rootdir, config.invocation_dir,
                   config.pluginmanager.get_plugin("terminalreporter").startpath],
        "terminal": [config.get_terminal_writer().hasmarkup, bool(config.pluginmanager.get_plugin("terminalreporter").isatty)],
        "nodes": [node.nodeid for node in request.node.listchain()],
        "fixtures": request.node._fixtureinfo.names_closure,
        "filters": warnings.filters,
        "environment": {name: value for name, value in os.environ.items() if name.startswith("PYTEST")},
        "marks": config.getini("markers"),
        "location": request.node.location,
    }
    for name in ("options", "known", "ini"):
        state |= {f"{name} {key}": value for key, value in state.pop(name).items()}
    text = json.dumps(state, default=str, sort_keys=True, indent=1)
    Path(os.environ["STATE"]).write_text(text.replace(str(Path(__file__).parents[2]), "ROOM"))
"""
CONFTEST = "import pytest\n\n@pytest.fixture\ndef testdir_or_not(): pass\n"
OUTER_CONFTEST = "import pytest\n\n@pytest.fixture(autouse=True)\ndef whole(): pass\n"
FILES = {
    "conftest.py": OUTER_CONFTEST,
    "suite/conftest.py": CONFTEST,
    "suite/test_probe.py": PROBE,
}
STARTED_BY_PYTEST = """
import contextlib, os, sys
from pathlib import Path
import pytest
from checker.engine.inside import prepared
for name in sys.argv[2].split(): __import__(name)
folder = Path(sys.argv[1])
os.chdir(folder)
sys.path.insert(0, str(folder))
sys.dont_write_bytecode = True
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
arguments = prepared._arguments(folder, folder.parent / "tmp", ["suite/test_probe.py"], *sys.argv[3:])
sys.exit(pytest.main(arguments, plugins=prepared._warm_plugins()))
"""


@pytest.fixture
def state_of(tmp_path, monkeypatch):
    """What a test sees of pytest, in a run of the checker's and where pytest is started for it."""
    modules = modules_for([])
    monkeypatch.setenv("STATE", str(tmp_path / "state.json"))
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):  # which no run is to see
        monkeypatch.delenv(name, raising=False)

    def of_run(fork, **more):
        suite = {path: text.encode() for path, text in FILES.items()}
        with open_runner(modules, workers=1, fork=fork) as runner:
            runner.run(Request("lesson", {}, suite, ("suite/test_probe.py",), **more))
        return json.loads((tmp_path / "state.json").read_text())

    def of_pytest(*options):
        folder = tmp_path / "room" / "lesson"
        put_files(folder, {path: text.encode() for path, text in FILES.items()})
        (tmp_path / "room" / "tmp").mkdir()
        command = [sys.executable, "-P", "-c", STARTED_BY_PYTEST, str(folder), " ".join(modules), *options]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return json.loads((tmp_path / "state.json").read_text())

    return of_run, of_pytest


@pytest.mark.parametrize(("fork", "strict"), [*product([True, False], repeat=2)])
def test_test_sees_the_same_pytest_as_where_pytest_starts_for_it(state_of, fork, strict):
    of_run, of_pytest = state_of

    run, usual = of_run(fork, strict=strict), of_pytest(*(["-W", "error"] if strict else []))

    assert set(usual.pop("plugins")) <= set(run.pop("plugins"))
    assert {name: (run.get(name), told) for name, told in usual.items() if run.get(name) != told} == {}
