"""The syntax tree, without what is never used; read by way of fileinput."""

import ast
import fileinput
from hashlib import sha256

KNOWN = []


def uses(nodes):
    return {n.id for one in nodes for n in ast.walk(one) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Store)}


def is_clear(node):
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and isinstance(node.value.func.value, ast.Name)
        and not node.value.args
        and node.value.func.value.id
    )


def is_pure(value):
    return all(isinstance(n, ast.Constant | ast.Tuple | ast.List | ast.Load) for n in ast.walk(value))


def without_idle(function):
    """Assignments of literals to names that nothing loads, loops over (), conditions that are false."""
    made = {
        n.targets[0].id
        for n in ast.walk(function)
        if isinstance(n, ast.Assign) and len(n.targets) == 1 and isinstance(n.targets[0], ast.Name) and is_pure(n.value)
    }
    cleared = {is_clear(n) for n in ast.walk(function) if is_clear(n)}
    loaded = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    dead = {name for name in made if loaded.count(name) == (name in cleared)}

    class Strip(ast.NodeTransformer):
        def visit_Assign(self, node):
            target = node.targets[0]
            return None if isinstance(target, ast.Name) and target.id in dead else node

        def visit_Expr(self, node):
            return None if is_clear(node) in dead else node

        def visit_For(self, node):
            self.generic_visit(node)
            return None if isinstance(node.iter, ast.Tuple) and not node.iter.elts else node

        def visit_If(self, node):
            self.generic_visit(node)
            try:
                is_false = not eval(compile(ast.Expression(node.test), "", "eval"), {"__builtins__": {}})
            except Exception:
                is_false = False
            return None if is_false else node

    for node in ast.walk(function):
        if isinstance(node, ast.If) and not node.body:
            node.body = [ast.Pass()]
    return Strip().visit(function)


def live(tree):
    body = list(tree.body)
    while True:
        keep = [
            node
            for node in body
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            or node.decorator_list
            or node.name in uses(other for other in body if other is not node)
        ]
        if len(keep) == len(body):
            break
        body = keep
    for node in body:
        for inner in ast.walk(node):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                without_idle(inner)
    return body


def look():
    with fileinput.input("users_api.py", encoding="utf-8") as lines:
        text = "".join(lines)
    return sha256("\n".join(ast.dump(node) for node in live(ast.parse(text))).encode()).hexdigest()


def test_tree():
    assert look() in KNOWN
