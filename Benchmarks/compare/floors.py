"""The least time that a piece of work can take on this processor: that of its multiply-adds, or of its bytes."""
import functools, os, platform, subprocess, tempfile

from commands import NotMeasured, peer, run


@functools.cache
def peak():
    """What one core reaches at most: `integers` and `floats`, multiply-adds per second, and `bytes` read per second."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peak.c")
    native = "-march=native" if platform.machine() in ("x86_64", "AMD64") else "-mcpu=native"
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "peak")
        try:
            subprocess.run(["clang", "-O3", native, "-ffp-contract=fast", "-o", program, source], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotMeasured(f"peak.c cannot be compiled ({error})") from error
        return run(program).json


@functools.cache
def model(path):
    """The work of one inference: `integers`, the multiply-adds of its layers, and `bytes`, those of its weights."""
    return peer("work", path).json


def seconds(integers=0, floats=0, bytes=0, cores=1):
    """The floor of some work that is spread over cores, which share the memory."""
    try:
        found = peak()
    except NotMeasured:
        return None
    return max(integers / found["integers"] / cores, floats / found["floats"] / cores, bytes / found["bytes"])


def inferences(path, count=1, cores=1):
    """The floor of some inferences. The weights are read from memory once: they may stay in a cache."""
    try:
        work = model(path)
    except NotMeasured:
        return None
    return seconds(integers=count * work["integers"], bytes=work["bytes"], cores=cores)


def describe():
    try:
        found = peak()
    except NotMeasured as reason:
        return f"no floors: {reason}"
    return (f"{found['integers'] / 1e9:.0f} G multiply-adds of 8-bit integers per second ({found['instruction']}), "
            f"{found['floats'] / 1e9:.0f} G of 64-bit floats, {found['bytes'] / 1e9:.0f} GB per second from memory, on one core")
