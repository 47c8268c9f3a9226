"""What a piece of a test looks at, read without running it. Pure.

Made for advice, so it errs on one side: what it cannot make out counts as a look at something.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
_STATUS = {"status_code", "is_success", "is_error", "is_client_error", "is_server_error", "is_redirect"}
_VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "request"}
_CODES = {"status", "codes", "HTTPStatus", "fastapi", "starlette", "http", "httpx", "httpx2"}
# Calls that notice nothing by themselves. All others may: a library's matcher, a model that validates.
_HARMLESS = {
    *(set(dir(builtins)) - {"eval", "exec", "exit", "quit", "__import__"}),
    *("TestClient", "AsyncClient", "Client", "ASGITransport", "FastAPI", "timedelta", "partial"),
}
_HARMLESS_METHODS = {
    *_VERBS,
    *("json", "items", "keys", "values", "append", "extend", "update", "copy", "pop", "clear", "set", "add"),
    *("commit", "rollback", "flush", "close", "aclose", "format", "lower", "upper", "strip", "split", "join"),
    *("scalars", "execute", "all", "first", "create_all", "drop_all", "dispose", "hash", "fixture"),
    *("startswith", "endswith", "encode", "sleep", "gather", "setenv", "delenv", "get_list"),
}
# Functions of these, and of the app, look at no answer; classes may: a model raises at what it does not like.
# PyJWT is not among them: to decode a token is to look at its signature and its end.
_SILENT = {
    "asyncio",
    "contextlib",
    "datetime",
    "fastapi",
    "functools",
    "httpx",
    "httpx2",
    "sqlalchemy",
    "time",
}
SET_UP = {
    *("setUpModule", "tearDownModule"),
    *("setup_module", "setup_class", "setup_method", "setup_function", "setUp", "setUpClass", "asyncSetUp"),
    *("teardown_module", "teardown_class", "teardown_method", "teardown_function"),
    *("tearDown", "tearDownClass", "asyncTearDown"),
}


@dataclass(frozen=True)
class Assertion:
    """One `assert` of a test that could fail."""

    line: int
    conditional: bool
    """Whether a loop, an `if`, a `match` or an inner function decides if it is reached."""
    shielded: bool
    """Whether a `try` or a `with` around it may swallow its failure."""
    status_only: bool
    """Whether it compares a status and looks at nothing else."""


# -- names: what a test reaches through the functions, fixtures and constants of its suite


class Names:
    """Everything that the suite defines, by its bare name."""

    def __init__(self, trees: Iterable[ast.Module], app_modules: Iterable[str] = ()) -> None:
        self._silent = _SILENT | set(app_modules)
        self._imported: set[str] = set()
        self._defined: dict[str, list[ast.AST]] = {}
        self._mentions: dict[int, set[str]] = {}
        self._always: list[ast.AST] = []  # for tests that do not name it: autouse fixtures, set-up, tear-down
        for tree in trees:
            for node in ast.walk(tree):
                if isinstance(node, Function | ast.ClassDef):
                    self._defined.setdefault(node.name, []).append(node)
                    if isinstance(node, Function) and (node.name in SET_UP or _is_autouse(node)):
                        self._always.append(node)
            for statement in tree.body:
                self._read_statement(statement)

    def _read_statement(self, statement: ast.stmt) -> None:
        for target in getattr(statement, "targets", []):
            if isinstance(target, ast.Name):
                self._defined.setdefault(target.id, []).append(statement)
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").split(".")[0] in self._silent:
            self._imported |= {a.asname or a.name for a in statement.names if a.name.islower()}

    def __contains__(self, name: str) -> bool:
        return name in self._defined

    def is_silent(self, name: str) -> bool:
        """Whether calling it notices nothing by itself; for the suite's own, its source says what it does."""
        return name in self._defined or name in self._imported or name in _HARMLESS

    def reached(self, node: ast.AST) -> list[ast.AST]:
        """What `node` names, and what that names in turn; `node` itself is not in it."""
        return self._followed([node])[1:]

    def run_with(self, node: ast.AST) -> list[ast.AST]:
        """The same, and what runs for every test."""
        return self._followed([node, *self._always])[1:]

    def _followed(self, start: list[ast.AST]) -> list[ast.AST]:
        found = {id(node): node for node in start}
        todo = list(start)
        while todo:
            for name in self._mentioned_in(todo.pop()):
                for other in self._defined.get(name, ()):
                    if id(other) not in found:
                        found[id(other)] = other
                        todo.append(other)
        return list(found.values())

    def _mentioned_in(self, node: ast.AST) -> set[str]:
        """The names in it; looked for once, as many tests reach the same helpers."""
        if id(node) not in self._mentions:
            self._mentions[id(node)] = _mentioned(node)
        return self._mentions[id(node)]


def _is_autouse(node: Function) -> bool:
    keywords = [k for d in node.decorator_list if isinstance(d, ast.Call) for k in d.keywords]
    return any(keyword.arg == "autouse" for keyword in keywords)


def _mentioned(node: ast.AST) -> set[str]:
    """Every name in it: of variables, attributes and parameters, and in strings, as `usefixtures` takes them."""
    found = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                found.add(name)
            case ast.Constant(value=str(text)) if text.isidentifier():
                found.add(text)
    return found


def parts(node: Function) -> list[ast.AST]:
    """The body, and the decorators but for pytest's marks."""
    own = [d for d in node.decorator_list if ".mark." not in f".{ast.unparse(d)}"]
    # A decorator that is no call does as much to the function as one that is.
    calls = [d if isinstance(d, ast.Call) else ast.Call(d, [], []) for d in own]
    return [*node.body, *calls]


def can_fail(node: ast.AST) -> bool:
    """Whether this is an `assert`, and not one that is always true."""
    return isinstance(node, ast.Assert) and not why_always_true(node)


def why_always_true(node: ast.Assert) -> str:
    """Why an `assert` can never fail; empty where it can, or where that cannot be said from its text."""
    match node:
        case ast.Assert(test=ast.Attribute(attr="status_code"), msg=ast.Constant(value=int(code))):
            return f"the {code} after the comma is the message, not a comparison: write `== {code}`"
        case ast.Assert(test=ast.Constant(value=value)):
            return "a constant is what it is" if value else ""
        case ast.Assert(test=ast.Tuple(elts=elements)):
            is_full = any(not isinstance(element, ast.Starred) for element in elements)
            return "a tuple that is not empty is true: leave the parentheses out" if is_full else ""
        case ast.Assert(test=ast.BoolOp(op=ast.Or(), values=values)):
            for part in values:
                if isinstance(part, ast.Constant) and part.value:
                    compares = any(
                        isinstance(other, ast.Compare) and isinstance(other.ops[0], ast.Eq)
                        for other in values
                    )
                    better = f": write `in (…, {ast.unparse(part)})`" if compares else ""
                    return f"`{ast.unparse(part)}` is true by itself, whatever the rest is{better}"
        case ast.Assert(test=ast.Attribute(attr="json") as method) if _is_an_answer(method):
            return f"`{ast.unparse(method)}` without parentheses is a method, and not what it returns"
        case ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right])):
            is_same = ast.dump(left) == ast.dump(right) and not any(
                isinstance(inner, ast.Call | ast.Await) for inner in ast.walk(left)
            )
            return "both sides are the same" if is_same else ""
    return ""


def _is_an_answer(attribute: ast.Attribute) -> bool:
    """Whether it is read off something that is called as answers are."""
    text = ast.unparse(attribute.value).casefold()
    return any(word in text for word in ("respon", "client", "answer", "reply")) or text in (
        "r",
        "res",
        "resp",
    )


def may_notice(node: ast.AST, names: Names) -> bool:
    """Whether anything in it but an `assert` may fail because of what the app does."""
    return any(_notices(inner, names) for inner in ast.walk(node))


def _notices(node: ast.AST, names: Names) -> bool:
    match node:
        case ast.Raise() | ast.Assert(test=ast.Constant(value=None | False | 0 | "")):
            return True
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return not all(isinstance(item.context_expr, ast.Call) for item in items)
        case ast.ClassDef(bases=bases):  # a model raises at what it does not like
            return not all(isinstance(base, ast.Name) and base.id in names for base in bases)
        case ast.Call(func=ast.Name(id=name)):
            return not names.is_silent(name)
        case ast.Call(func=ast.Attribute(attr=name)):
            return name not in _HARMLESS_METHODS and name not in names
        case ast.Call():
            return True
    return False


def may_ask(node: ast.AST, names: Names) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in names
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _VERBS or name in names
    return False


# -- its assertions


def assertions(
    body: Iterable[ast.AST], conditional: bool = False, shielded: bool = False
) -> Iterator[Assertion]:
    for node in body:
        if isinstance(node, ast.Try) and swallowing(node):
            rest = [*node.handlers, *node.orelse, *node.finalbody]
            yield from assertions(rest, conditional, shielded=True)
            continue
        if isinstance(node, ast.Assert):
            if can_fail(node):
                yield Assertion(node.lineno, conditional, shielded, _status_only(node.test))
            continue
        branches = ast.If | ast.For | ast.AsyncFor | ast.While | ast.match_case | Function | ast.ClassDef
        inner = [*ast.iter_child_nodes(node)]
        yield from assertions(
            inner, conditional or isinstance(node, branches), shielded or _may_swallow(node)
        )


def swallowing(node: ast.Try) -> ast.ExceptHandler | None:
    """The `except` with which a failing `assert` in its body goes no further: it is caught, and nothing is made of it."""
    for handler in node.handlers:
        caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names = {ast.unparse(one) if one else "BaseException" for one in caught}
        if names & {"AssertionError", "Exception", "BaseException"}:
            return handler if not node.orelse and all(map(_does_nothing, handler.body)) else None
    return None


def _does_nothing(statement: ast.stmt) -> bool:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Continue) or is_text


def _may_swallow(node: ast.AST) -> bool:
    """A `with` of a client swallows nothing; of others one cannot know."""
    match node:
        case ast.Try() | ast.TryStar():
            return True
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return not all("Client" in ast.unparse(item.context_expr) for item in items)
    return False


def _status_only(node: ast.expr) -> bool:
    match node:
        case ast.BoolOp(values=values):
            return all(map(_status_only, values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _status_only(operand)
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            return any(map(_is_status, sides)) and all(_is_status(side) or _is_plain(side) for side in sides)
    return _is_status(node)


def _is_status(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _STATUS


def _is_plain(node: ast.expr) -> bool:
    """A value to compare a status with: a number, a name of one, several of them."""
    match node:
        case ast.Constant() | ast.Name():
            return True
        case ast.Attribute():
            return _root(node) in _CODES
        case ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
            return all(map(_is_plain, values))
        case ast.Call(func=ast.Name(id="range")):
            return True
    return False


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


# -- which answers it looks at


def verbs(nodes: Iterable[ast.AST]) -> set[str]:
    calls = (inner.func for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return {call.attr for call in calls if isinstance(call, ast.Attribute)} & _VERBS


def examined(test: Function, names: Names) -> frozenset[str]:
    """The methods whose answers its asserts look at beyond the status; all of `_VERBS` where it is unclear."""
    found: set[str] = set()
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and not _status_only(node.test):
            nodes: list[ast.AST] = [node.test, *_sources(test, _mentioned(node.test))]
            found |= verbs(part for one in nodes for part in (one, *names.reached(one))) or _VERBS
    return frozenset(found)


def _sources(test: Function, wanted: set[str]) -> list[ast.AST]:
    """The expressions in `test` that the wanted variables come from, directly."""
    return [
        node.value
        for node in ast.walk(test)
        if isinstance(node, ast.Assign) and wanted & {t.id for t in node.targets if isinstance(t, ast.Name)}
    ]
