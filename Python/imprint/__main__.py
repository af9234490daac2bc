"""The command ``imprint``: ``python -m imprint``, or the script that pip installs."""

import sys

from . import _default_model, _errors, _library, _program

# Where these have no model among their options, they use the default model.
_USERS = ("train", "embed")
_MODELS = ("--model", "-m", "--model_path", "--embedding_extractor_path", "--from", "--help", "-h")


def main(arguments=None):
    """Runs the command with the arguments of this process; it ends the process."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        opened = _library.library()
        if arguments[:1] and arguments[0] in _USERS and not any(word.split("=")[0] in _MODELS for word in arguments):
            _default_model.default_model()
        if arguments[:2] == ["model", "fetch"] and not any(word.split("=")[0] == "--weights" for word in arguments):
            arguments += ["--weights", _default_model.weights()]
    except _errors.ImprintError as error:
        sys.exit(f"Error: {error.message}" + (f"\nHint: {error.remedy}" if error.remedy else ""))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.stdout.flush()
    _program.run(opened, arguments)


if __name__ == "__main__":
    main()
