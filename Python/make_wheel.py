"""Packs the Python package and the library as a wheel; run by scripts/wheel.

    python make_wheel.py LIBRARY FOLDER TURBOJPEG LICENCE [MACHINE]

Nothing is needed but Python. The same input gives the same file.
"""

import base64
import hashlib
import pathlib
import platform
import re
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent
NAME = "imprint_classifier"
ENTRY_POINTS = "[console_scripts]\nimprint = imprint.__main__:main\n"


def version():
    """The version, which the package states."""
    return re.search(r'__version__ = "(.+)"', (ROOT / "imprint" / "__init__.py").read_text()).group(1)


def least_glibc(library):
    """The oldest version of glibc that has all functions the library asks for, as (2, 34)."""
    # The names of the versions stand in the library as text.
    found = re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?:\.\d+)?(?=\0)", pathlib.Path(library).read_bytes())
    return max((int(major), int(minor)) for major, minor in found)


def contents(library, turbojpeg):
    """Yields the path in the wheel, the bytes and whether it is a program, for each file."""
    for file in sorted((ROOT / "imprint").rglob("*")):
        if file.is_file() and file.suffix in (".py", ".pyi", ".typed"):
            yield file.relative_to(ROOT).as_posix(), file.read_bytes(), False
    yield "imprint/libimprint.so", pathlib.Path(library).read_bytes(), True
    yield "imprint/libturbojpeg.so.0", pathlib.Path(turbojpeg).read_bytes(), True


def metadata():
    fields = (ROOT / "METADATA.in").read_text()
    return fields.replace("@VERSION@", version()) + "\n" + (ROOT / "README.md").read_text()


def main(library, folder, turbojpeg, licence, machine=platform.machine()):
    major, minor = max(least_glibc(library), least_glibc(turbojpeg))
    tag = f"py3-none-manylinux_{major}_{minor}_{machine}"
    info = f"{NAME}-{version()}.dist-info"
    files = list(contents(library, turbojpeg))
    files += [
        (f"{info}/METADATA", metadata().encode(), False),
        (
            f"{info}/WHEEL",
            f"Wheel-Version: 1.0\nGenerator: imprint\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
            False,
        ),
        (f"{info}/entry_points.txt", ENTRY_POINTS.encode(), False),
        (f"{info}/licenses/LICENSE", (ROOT.parent / "LICENSE").read_bytes(), False),
        (f"{info}/licenses/THIRD-PARTY.txt", (ROOT / "THIRD-PARTY.txt").read_bytes(), False),
        (f"{info}/licenses/libturbojpeg.txt", pathlib.Path(licence).read_bytes(), False),
    ]
    record = ""
    for path, data, _ in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(data)}\n"
    files.append((f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), False))
    target = pathlib.Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    # An earlier one may have another tag.
    for earlier in target.glob(f"{NAME}-*_{machine}.whl"):
        earlier.unlink()
    wheel = target / f"{NAME}-{version()}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data, is_program in files:
            entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if is_program else 0o644) << 16 | 0x8000 << 16
            archive.writestr(entry, data)
    print(f"{wheel}, {wheel.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
