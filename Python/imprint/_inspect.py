"""The contents of model files."""

from . import _library


def inspect(model):
    """Returns the contents of a model's file as a dict, as ``imprint inspect --json`` prints them.

    Raises:
        ModelError: where the file is not a model.
    """
    return _library.returned_json("inspect", _library.path_bytes(model))
