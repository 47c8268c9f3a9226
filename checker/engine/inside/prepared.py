"""A pytest session that is started ahead, before it is known which suite it is for.

To configure pytest and start a session costs as much as a small suite's tests, and is the same for every run. So the warm
parent does it once, where there are no tests; a run, in a fork of it, says where its suite lies, and goes on as
`pytest.main` would. Nothing of a lesson or a learner is known before the fork.

This reaches into pytest: what it keeps of a run's places and options is written anew in `PreparedSession._bind`, and
nowhere else. `tests/test_prepared_session.py` holds it against a session that pytest has started itself.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.config import ConftestImportFailure, _prepareconfig, apply_warning_filters
from _pytest.main import _bestrelpath_cache, _main, wrap_session
from _pytest.warnings import catch_warnings_for_item

_HERE = Path(__file__).parent
_CONFIGURATION = _HERE / "run.ini"
# None of these has a fixture or changes an outcome, and each costs start-up.
_UNUSED_PLUGINS = ("faulthandler", "pastebin", "setupplan", "stepwise")


class PreparedSession:
    """One pytest session: begun here, carried out in a fork, once."""

    def __init__(self) -> None:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        os.environ["PYTEST_VERSION"] = pytest.__version__
        for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
            os.environ.pop(name, None)
        with contextlib.chdir(_HERE), _silence():
            self._config: Any = _prepareconfig(_arguments(_HERE, _HERE, [], "--noconftest"), _warm_plugins())
            self._session: Any = pytest.Session.from_config(self._config)
            self._config._do_configure()
            self._config.hook.pytest_sessionstart(session=self._session)

    @property
    def manager(self) -> pytest.PytestPluginManager:
        """What knows the plugins."""
        return self._config.pluginmanager  # type: ignore[no-any-return]

    def run(self, request: dict[str, Any], plugins: Iterable[object]) -> None:
        """Collect the suite and run its tests, in the current folder, which is the run's."""
        self._bind(request)
        for plugin in plugins:
            self.manager.register(plugin)
        with contextlib.suppress(ConftestImportFailure, pytest.UsageError):  # which pytest would print
            self._load_conftests(request)
            self._go_on()

    def _bind(self, request: dict[str, Any]) -> None:
        """Everything that pytest would have learned of the run from its arguments and the current folder."""
        config, session = self._config, self._session
        folder, scratch = Path(request["folder"]), Path(request["scratch"])
        strict = ["-W", "error"] if request["strict"] else []
        arguments = _arguments(folder, scratch, request["paths"], *strict)
        config.invocation_params = config.InvocationParams(args=arguments, plugins=(), dir=Path.cwd())
        config.args = list(request["paths"])
        config.args_source = config.ArgsSource.ARGS
        config._rootpath = session.path = folder
        session._bestrelpathcache = _bestrelpath_cache(folder)
        self.manager.get_plugin("terminalreporter").startpath = Path.cwd()  # type: ignore[union-attr]
        basetemp = f"{scratch}/pytest"
        config._tmp_path_factory._given_basetemp = Path(basetemp)
        config.cache._cachedir = scratch / "cache"
        for options in (config.option, config.known_args_namespace):
            options.rootdir = options.confcutdir = str(folder)
            options.basetemp = basetemp
            options.file_or_dir = list(request["paths"])
            options.override_ini = [f"cache_dir={scratch}/cache"]
            options.noconftest = False
            options.pythonwarnings = ["error"] if request["strict"] else None
        config._inicache["cache_dir"] = str(scratch / "cache")
        config._inicache["enable_assertion_pass_hook"] = request["evidence"]
        apply_warning_filters([], config.known_args_namespace.pythonwarnings or [])

    def _load_conftests(self, request: dict[str, Any]) -> None:
        """Those that lie beside or above the test files; the others are found when they are collected."""
        folder = self._config.rootpath
        # They are the ones that pytest reads before it is configured, and may have what later ones may not.
        self.manager._configured = False
        with catch_warnings_for_item(self._config, self._config.hook, "config", None):
            self.manager._set_initial_conftests(
                request["paths"],
                pyargs=False,
                noconftest=False,
                rootpath=folder,
                confcutdir=folder,
                invocation_dir=folder,
                importmode=self._config.option.importmode,
                consider_namespace_packages=False,
            )
        self.manager._configured = True
        self._session._fixturemanager._flush_pending_conftests_to_session(self._session)

    def _go_on(self) -> None:
        """pytest's own `wrap_session`, in which all that comes before the collection has been done."""
        self._config._do_configure = lambda: None
        self._config.hook.pytest_sessionstart._hookimpls.clear()
        pytest.Session.from_config = staticmethod(lambda config: self._session)  # type: ignore[method-assign]
        wrap_session(self._config, _main)


def _arguments(folder: Path, scratch: Path, paths: Iterable[str], *more: str) -> list[str]:
    off = [argument for name in _UNUSED_PLUGINS for argument in ("-p", f"no:{name}")]
    # Captured output is not shown by the checker, so nothing is captured: `capsys` still works.
    # Without confcutdir, pytest would load a conftest from any folder above the workspace.
    places = [f"--rootdir={folder}", f"--confcutdir={folder}", f"--basetemp={scratch}/pytest"]
    options = ["-q", "-s", "--tb=short", "--color=no", "-o", f"cache_dir={scratch}/cache", *places]
    return ["-c", str(_CONFIGURATION), *options, *off, *more, *paths]


def _warm_plugins() -> list[Any]:
    """The third-party plugins a learner may use, as modules: named, because autoload is off."""
    names = ("pytest_asyncio.plugin", "anyio.pytest_plugin", "time_machine")
    return [sys.modules[name] for name in names if name in sys.modules]


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Nothing that is printed goes anywhere, and pytest does not find itself at a terminal, as in a run."""
    printed, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
        sys.stdout.flush()
    finally:
        os.dup2(printed, 1)
        os.close(printed)
        os.close(nothing)
