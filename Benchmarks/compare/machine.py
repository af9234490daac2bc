"""Describes the machine and the software on it."""
import ctypes, os, platform, subprocess

import places
from commands import NotMeasured, peer


def processor():
    for name, value in cpu_lines():
        if name == "model name":
            return value
    return printed("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or platform.machine()


def dot_products():
    """The names of the 8-bit dot product instructions that the processor has."""
    flags = {flag for name, value in cpu_lines() if name in ("flags", "Features") for flag in value.split()}
    known = {"avx512_vnni": "AVX-512 VNNI", "avx_vnni": "AVX VNNI", "asimddp": "SDOT", "i8mm": "I8MM"}
    if printed("sysctl", "-n", "hw.optional.arm.FEAT_DotProd") == "1":
        flags.add("asimddp")
    return ", ".join(words for flag, words in known.items() if flag in flags) or "none"


def versions():
    """The versions of Imprint and its peers."""
    found = {"imprint": printed("git", "-C", places.root, "describe", "--always", "--dirty"), "OpenBLAS": openblas()}
    for python in (places.python, places.bench_python):
        try:
            found |= peer("versions", python=python).json
        except NotMeasured:
            pass
    return {name: version for name, version in found.items() if version}


def describe():
    words = ", ".join(f"{name} {version}" for name, version in versions().items())
    return {
        "processor": processor(), "cores": os.cpu_count(), "system": f"{platform.system()} {platform.machine()}",
        "dotProducts": dot_products(), "versions": words}


def openblas():
    for name in ("libopenblas.so.0", "libopenblas.dylib"):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.openblas_get_config.restype = ctypes.c_char_p
        words = library.openblas_get_config().decode().split()
        return " ".join(words[1:2] + words[-2:-1]) if len(words) > 3 else " ".join(words)
    return None


def cpu_lines():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return [tuple(part.strip() for part in line.split(":", 1)) for line in file if ":" in line]
    except OSError:
        return []


def printed(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
