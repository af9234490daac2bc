"""Reading picture files into tensors, on one thread."""
import os, statistics

import floors, places
from commands import alternate, need_bench_python, peer, ratios, run
from table import Row

side = "224"


def our_rate(pictures):
    printed = run(places.program("read-pictures"), side, "1", *pictures).printed
    return len(pictures) / statistics.median(map(float, printed.split()))


def least(pictures):
    """The floor of a picture: its file is read, and its tensor is written. Decoding has no floor that is so simple."""
    size = sum(map(os.path.getsize, pictures)) / len(pictures)
    return floors.seconds(bytes=size + 3 * int(side) ** 2)


def against(prepared, what, pictures, name, theirs, bound=1.0):
    ours, others = alternate(prepared.runs, lambda: our_rate(pictures),
                             lambda: len(pictures) / statistics.median(theirs(pictures).json))
    return Row(what, f"pictures per second of {name}, one thread", ratios(ours, others), bound,
               figures={"ours": (ours, "/s"), "the peer": (others, "/s")}, floor=least(pictures),
               seconds=[1 / rate for rate in ours])


def pillow(pictures):
    return peer("pillow_reading", side, "1", *pictures)


def opencv(shrink):
    def read(pictures):
        need_bench_python()
        return peer("opencv_reading", shrink, side, "1", *pictures, python=places.bench_python)
    return read


def small_pillow(prepared, what):
    return against(prepared, what, prepared.held_back, "Pillow, draft() and fit()", pillow)


def small_opencv(prepared, what):
    return against(prepared, what, prepared.held_back, "OpenCV, imread() and resize()", opencv("1"))


def some_large(prepared):
    return [picture for pictures in places.classes(prepared.large).values() for picture in pictures[:5]]


def large_pillow(prepared, what):
    return against(prepared, what, some_large(prepared), "Pillow, draft() and fit()", pillow)


def large_opencv(prepared, what):
    return against(prepared, what, some_large(prepared), "OpenCV, imread() at 1/8 scale and resize()",
                   opencv("8"))


rows = [
    ("decode and resize pictures of flowers17", small_pillow),
    ("decode and resize pictures of flowers17", small_opencv),
    ("decode and resize JPEGs of 12 megapixels", large_pillow),
    ("decode and resize JPEGs of 12 megapixels", large_opencv),
]
