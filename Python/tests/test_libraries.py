"""The libraries that the package uses are those that pip installed."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import imprint
teacher = imprint.Teacher(sys.argv[1], cache=False)
teacher.learn(sys.argv[2], progress=False)
teacher.estimate
print({line.split(None, 5)[5] for line in open("/proc/self/maps").read().splitlines() if ".so" in line})
"""


@pytest.fixture
def folder_of_jpeg_and_png(tmp_path, pictures):
    from PIL import Image

    arrays, labels = pictures
    for place, (picture, label) in enumerate(zip(arrays, labels)):
        (tmp_path / label).mkdir(exist_ok=True)
        Image.fromarray(picture).save(tmp_path / label / f"{place}.{('png', 'jpg')[place % 2]}")
    return tmp_path


def test_the_libraries_are_those_of_the_packages(base, folder_of_jpeg_and_png):
    outcome = subprocess.run(
        [sys.executable, "-c", SCRIPT, base, folder_of_jpeg_and_png], capture_output=True, text=True, timeout=600
    )
    assert outcome.returncode == 0, outcome.stderr
    opened = [path for path in eval(outcome.stdout)]
    for name in ["libLiteRt", "libvips", "libturbojpeg", "openblas", "libimprint"]:
        found = [path for path in opened if name in os.path.basename(path)]
        assert len(found) == 1 and "site-packages" in found[0], (name, found)


def test_the_library_shows_its_own_names_only():
    import imprint

    library = pathlib.Path(imprint.__file__).parent / "libimprint.so"
    if not shutil.which("nm"):
        pytest.skip("there is no nm")
    symbols = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True)
    names = [line.split()[-1] for line in symbols.stdout.splitlines()]
    assert len(names) > 80 and all(name.startswith("imprint_") for name in names)
    needed = subprocess.run(["objdump", "-p", library], capture_output=True, text=True).stdout
    libraries = {line.split()[1] for line in needed.splitlines() if "NEEDED" in line}
    assert libraries <= {
        "libc.so.6",
        "libm.so.6",
        "libstdc++.so.6",
        "libgcc_s.so.1",
        "ld-linux-x86-64.so.2",
        "ld-linux-aarch64.so.1",
    }


@pytest.mark.parametrize(
    "variable, error",
    [("IMPRINT_OPENBLAS", "OpenBLAS|libopenblas|/nowhere"), ("IMPRINT_VIPS", "libvips"), ("IMPRINT_LITERT", "LiteRT")],
)
def test_a_library_that_is_missing_is_named(variable, error, base, folder, tmp_path):
    import re

    outcome = subprocess.run(
        [sys.executable, "-c", SCRIPT, base, folder],
        capture_output=True,
        text=True,
        # With the cache of another run, no picture would be decoded.
        env=dict(os.environ, XDG_CACHE_HOME=str(tmp_path), **{variable: "/nowhere/lib.so"}),
        timeout=600,
    )
    assert outcome.returncode == 1 and "imprint._errors" in outcome.stderr
    assert re.search(error, outcome.stderr.splitlines()[-1]), outcome.stderr
