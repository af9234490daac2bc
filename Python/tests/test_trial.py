"""Models of unusual operators are tried in a process of their own, which the package starts."""

import subprocess
import sys

from imprint import _library


def test_the_process_of_a_trial(base, tmp_path):
    words = _library.command_words()
    assert words[0] == sys.executable
    assert subprocess.run([*words, "try-model", base], timeout=600).returncode == 0
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(b"no model")
    outcome = subprocess.run([*words, "try-model", damaged], capture_output=True, text=True, timeout=600)
    assert outcome.returncode == 1 and outcome.stderr.startswith("Error: ")
