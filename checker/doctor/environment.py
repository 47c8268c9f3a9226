"""Python, the packages, and whether the commands a learner types belong to this environment.

The ranges come from the installed package's own metadata: there is no second list.
"""

from __future__ import annotations

import platform
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from checker.doctor.diagnosis import Diagnosis, ok, problem, warning

WORKBOOK = "fastapi-testing-workbook"

_TRIED = "Programming Language :: Python :: "


# -- Python


def python() -> Diagnosis:
    try:
        about = metadata.metadata(WORKBOOK)
    except metadata.PackageNotFoundError:  # which is for `packages` to tell
        return judge_python(platform.python_version(), "", [])
    classifiers = about.get_all("Classifier", [])
    tried = [line.removeprefix(_TRIED) for line in classifiers if line.startswith(_TRIED)]
    return judge_python(platform.python_version(), about.get_all("Requires-Python", [""])[0], tried)


def judge_python(version: str, required: str, tried: Sequence[str]) -> Diagnosis:
    """`required` is a version range; `tried` holds versions such as ``3.11``, or nothing where unknown."""
    if not SpecifierSet(required).contains(version, prereleases=True):
        return problem(
            f"{version}, and the course needs {required}",
            f"install a Python {required} and make a new environment with it",
        )
    if not tried:
        return ok(version)
    if version.split(".")[:2] in [one.split(".") for one in tried]:
        return ok(f"{version}; tried: {', '.join(tried)}")
    return warning(
        f"{version} was not tried; tried: {', '.join(tried)}",
        f"if something odd happens, make an environment with Python {tried[-1]}",
    )


# -- packages


@dataclass(frozen=True)
class Package:
    """What is known of an installed package."""

    version: str
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shortfall:
    """A requirement that is not met."""

    requirement: Requirement
    needed_by: str
    installed: str
    """The version that is there; empty where the package is missing."""

    def __str__(self) -> str:
        name, wanted = self.requirement.name, self.requirement.specifier
        if self.installed:
            return f"{name} {self.installed} is installed, {self.needed_by} needs {wanted}"
        return f"{name} is missing, {self.needed_by} needs it"


def packages() -> Diagnosis:
    workbook = _installed(WORKBOOK)
    if workbook is None:
        return problem(
            f"{WORKBOOK} is not installed, so pytest does not know lesson numbers",
            f"in the workbook's folder: {pip('install', '.')}",
        )
    return judge_packages(list(shortfalls(workbook.requires, _installed)))


def judge_packages(missed: Sequence[Shortfall]) -> Diagnosis:
    if not missed:
        return ok("all that the course needs is installed, in the tested ranges")
    wishes = dict.fromkeys(_wish(shortfall.requirement) for shortfall in missed)
    return problem("; ".join(map(str, missed)), pip("install", *wishes))


def shortfalls(wanted: Iterable[str], installed: Callable[[str], Package | None]) -> Iterator[Shortfall]:
    """What the course needs, and what those packages need in turn, that is missing or outside its range."""
    queue = [("the course", one) for one in _that_apply(wanted, ())]
    walked = set()
    for needed_by, requirement in queue:
        package = installed(canonicalize_name(requirement.name))
        if not package or not requirement.specifier.contains(package.version, prereleases=True):
            yield Shortfall(requirement, needed_by, package.version if package else "")
            continue
        step = canonicalize_name(requirement.name), *sorted(requirement.extras)
        if step not in walked:
            walked.add(step)
            queue += [(requirement.name, one) for one in _that_apply(package.requires, requirement.extras)]


def _that_apply(requirements: Iterable[str], extras: Collection[str]) -> list[Requirement]:
    """Those that hold on this machine, with these extras of the package that has them."""
    parsed = map(Requirement, requirements)
    return [
        one
        for one in parsed
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]


def _installed(name: str) -> Package | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    return Package(found.version, tuple(found.requires or ())) if found.version else None


# -- passlib


def passlib() -> Diagnosis:
    return judge_passlib({name for name in ("passlib", "libpass") if _installed(name)}, _wanted("libpass"))


def judge_passlib(installed: Collection[str], wanted: str) -> Diagnosis:
    """Both packages write one folder, `passlib/`: the last to come wins, and either's removal empties it."""
    if "passlib" not in installed:
        return ok("libpass alone owns the folder passlib/")
    beside = (
        "and libpass are both installed, and write" if "libpass" in installed else "is installed; it owns"
    )
    return problem(
        f"passlib {beside} one folder, passlib/, where libpass belongs alone", _mend_passlib(wanted)
    )


def argon2() -> Diagnosis:
    """Hash and verify, at the lowest cost."""
    try:
        from passlib.context import CryptContext  # type: ignore[import-untyped]

        cheap = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
        context = CryptContext(schemes=["argon2"], **cheap)
        stored = context.hash("right")
        works = context.verify("right", stored) and not context.verify("wrong", stored)
    except Exception as error:
        return problem(f"does not work: {type(error).__name__}: {error}", _mend_passlib(_wanted("libpass")))
    return ok("hashes and verifies") if works else problem("hashes, and verifies wrongly")


def _mend_passlib(wanted: str) -> str:
    """Two commands: removing one of the two takes files of the other, so both go and one comes back."""
    return f"{pip('uninstall', '-y', 'passlib', 'libpass')}\n{pip('install', wanted)}"


def _wanted(name: str) -> str:
    """The course's requirement of that package, as pip takes it; where that is not known, its name."""
    workbook = _installed(WORKBOOK)
    wishes = map(Requirement, workbook.requires if workbook else ())
    return next((_wish(one) for one in wishes if one.name == name), name)


def _wish(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def pip(*arguments: str) -> str:
    """The command that has this environment's pip do something, for a person to paste."""
    words = [sys.executable, "-m", "pip", *arguments]
    return " ".join(f'"{word}"' if shlex.quote(word) != word else word for word in words)


# -- commands


def commands() -> Diagnosis:
    found = {name: shutil.which(name) for name in ("checker", "pytest")}
    own = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    in_environment = sys.prefix != sys.base_prefix
    if not in_environment:
        own.append(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
    remedy = (
        _activation(Path(own[0])) if in_environment else f"{_quoted(sys.executable)} -m pytest lessons/01"
    )
    return judge_commands({name: Path(path) if path else None for name, path in found.items()}, own, remedy)


def judge_commands(found: Mapping[str, Path | None], own: Sequence[str], remedy: str) -> Diagnosis:
    """`found` is where the shell finds each command, `own` the folders of this environment's commands."""
    folders = {Path(folder).resolve() for folder in own}
    foreign = [f"{name} is {path}" for name, path in found.items() if path and _is_foreign(path, folders)]
    missing = [name for name, path in found.items() if path is None]
    if foreign:
        return problem(
            f"another environment answers: {', '.join(foreign)}; this one's are in {own[0]}", remedy
        )
    if missing:
        return warning(f"not on the PATH: {', '.join(missing)}", remedy)
    return ok("checker and pytest belong to this environment")


def _is_foreign(path: Path, own: set[Path]) -> bool:
    """Whether a command certainly belongs elsewhere; a version manager's shim cannot be told."""
    return not ({path.parent.resolve(), path.resolve().parent} & own) and path.parent.name != "shims"


def _activation(scripts: Path) -> str:
    if sys.platform == "win32":
        return _quoted(str(scripts / "activate"))
    return f"source {_quoted(str(scripts / 'activate'))}"


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
