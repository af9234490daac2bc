"""Runs programs, and measures their time and memory."""
import functools, json, os, subprocess, tempfile, time

import places


class NotMeasured(Exception):
    """The reason why a row is not measured."""


class Ran:
    """The output of a program, its wall time in seconds, and its peak resident memory in MB."""

    def __init__(self, printed, seconds, megabytes):
        self.printed, self.seconds, self.megabytes = printed, seconds, megabytes

    @property
    def json(self):
        return json.loads(self.printed)


def run(*command, environment=None):
    """Runs a program, and raises NotMeasured if it fails."""
    name = os.path.basename(command[0])
    if name.startswith("python"):
        name = os.path.basename(command[1])
    start = time.perf_counter()
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, stdin=subprocess.DEVNULL,
                                       env=os.environ | (environment or {}))
        except OSError as error:
            raise NotMeasured(f"{command[0]} cannot be run ({error.strerror})") from error
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - start
        if process.returncode:
            complaints.seek(0)
            lines = complaints.read().decode(errors="replace").strip().splitlines() or ["no message"]
            raise NotMeasured(f"{name} failed: {lines[-1].strip()}")
    return Ran(printed.decode(), seconds, usage.ru_maxrss / 1024)


def imprint(*arguments):
    return run(places.imprint, *arguments)


def peer(name, *arguments, python=None, environment=None):
    """Runs a script from the folder `peers`."""
    return run(python or places.python, places.peer(name), *arguments, environment=environment)


def need_bench_python():
    if not os.path.exists(places.bench_python):
        raise NotMeasured("OpenCV and scikit-learn are missing: scripts/setup --benchmarks installs them")


@functools.cache
def has_option(command, option):
    """Whether the help of a command or subcommand mentions an option."""
    try:
        return option in imprint(*command.split(), "--help").printed
    except NotMeasured:
        return False


def need_arithmetic():
    if not has_option("train", "--arithmetic") or not has_option("evaluate", "--arithmetic"):
        raise NotMeasured("this imprint has no --arithmetic")


def alternate(runs, *works):
    """Calls functions alternately, and returns a list of results for each function."""
    found = [[] for _ in works]
    for _ in range(runs):
        for values, work in zip(found, works):
            values.append(work())
    return found


def ratios(ours, theirs):
    return [mine / other for mine, other in zip(ours, theirs)]
