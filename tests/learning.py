"""Writing tests as a learner would: task by task, from the starter to the solution."""

import ast


def with_tasks(starter: str, solution: str, names: list[str]) -> str:
    """The starter with these test functions, and all helpers, as in the solution."""
    written = _functions(solution)
    tests = "\n\n\n".join(
        written[name] if name in names else text for name, text in _functions(starter).items()
    )
    helpers = "\n\n\n".join(text for name, text in written.items() if not name.startswith("test_"))
    return f"{_head(starter)}\n\n{helpers}\n\n\n{tests}\n"


def _functions(source: str) -> dict[str, str]:
    lines = source.splitlines()
    return {
        node.name: "\n".join(
            lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1 : node.end_lineno]
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    }


def _head(source: str) -> str:
    first = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    return "\n".join(source.splitlines()[: first.lineno - 1])
