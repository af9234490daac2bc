"""Runs the Python examples of Documentation/in-python.md and of the package's README, in order."""

import re
import shutil

import pytest
from conftest import CHECKOUT, pattern
from PIL import Image


@pytest.mark.parametrize("page", ["Documentation/in-python.md", "Python/README.md"])
def test_examples(page, tmp_path, monkeypatch, capsys):
    for place, name in enumerate(["rose", "tulip"]):
        (tmp_path / "flowers" / name).mkdir(parents=True)
        for number in range(4):
            Image.fromarray(pattern(place, number)).save(tmp_path / "flowers" / name / f"{number}.png")
        shutil.copy(tmp_path / "flowers" / name / "0.png", tmp_path / f"{name}.jpg")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (CHECKOUT / page).read_text(), re.DOTALL)
    assert blocks
    names = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    assert capsys.readouterr().out
