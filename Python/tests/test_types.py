"""The type hints, in imprint/__init__.pyi, describe what is there."""

import ast
import inspect
import pathlib

import pytest

import imprint

STUB = ast.parse((pathlib.Path(imprint.__file__).parent / "__init__.pyi").read_text())
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}


def test_all_names_have_hints():
    named = {node.name for node in STUB.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(imprint.__all__) == {name for name in named if not name.startswith("_")}
    assert all(getattr(imprint, name) for name in imprint.__all__)


def parameters(function):
    names = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return [argument.arg for argument in names if argument.arg not in ("self", "cls")]


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_hints_have_the_names_of_the_parameters(name):
    if name.startswith("_"):
        return
    there = getattr(imprint, name)
    for node in CLASSES[name].body:
        if isinstance(node, ast.AnnAssign) and hasattr(there, "_fields"):
            assert node.target.id in there._fields
        if not isinstance(node, ast.FunctionDef):
            continue
        assert hasattr(there, node.name), node.name
        decorators = {getattr(decorator, "id", "") for decorator in node.decorator_list}
        value = inspect.getattr_static(there, node.name)
        assert ("property" in decorators) == isinstance(value, property)
        if "property" in decorators or node.name.startswith("__") and node.name != "__init__":
            continue
        signature = inspect.signature(getattr(there, node.name))
        kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        names = [p.name for p in signature.parameters.values() if p.kind not in kinds and p.name != "self"]
        assert names == parameters(node), node.name


def test_everything_public_is_described():
    for name in imprint.__all__:
        value = getattr(imprint, name)
        assert inspect.getdoc(value), name
        if inspect.isclass(value) and issubclass(value, imprint._library.Handle):
            for key, member in vars(value).items():
                if not key.startswith("_"):
                    assert inspect.getdoc(member), f"{name}.{key}"
