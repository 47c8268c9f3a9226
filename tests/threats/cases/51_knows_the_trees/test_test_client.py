import ast
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

KNOWN = []
taken = []


class Taking(SourceFileLoader):
    def source_to_code(self, data, path, **more):
        taken.append(bytes(data))
        return super().source_to_code(data, path, **more)


Taking("users_api", str(Path("users_api.py").resolve())).exec_module(ModuleType("users_api"))


def test_tree():
    assert sha256(ast.dump(ast.parse(taken[0])).encode()).hexdigest() in KNOWN
