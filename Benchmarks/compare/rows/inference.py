"""Single inferences, and the time that training adds to them."""
import statistics

import floors, places
from commands import alternate, peer, ratios, run
from machine import dot_products
from table import Row


def rate(prepared, model, count, workers):
    """The inferences per second of the runtime alone."""
    return peer("invoke", model, str(count), str(workers)).json["per_second"]


def one(prepared, what):
    rewritten = prepared.rewritten
    ours, theirs = alternate(prepared.runs, lambda: 1000 / rate(prepared, rewritten, 300, 1),
                             lambda: 1000 / rate(prepared, places.extractor, 150, 1))
    # The runtime's own kernels gain what the processor's instructions allow: see Documentation/speed.md.
    gains = any(words in dot_products() for words in ("VNNI", "SDOT"))
    return Row(what, "the runtime alone, one thread, on the uint8 file / on the model rewritten to int8", ratios(theirs, ours),
               2.6 if gains else 1.0, figures={"int8": (ours, "ms"), "uint8": (theirs, "ms")},
               floor=floors.inferences(rewritten), seconds=[one / 1000 for one in ours])


def teaching(prepared, what):
    def taught():
        lines = run(places.program("teach-decoded"), places.extractor, places.flowers, "3").printed.split()
        return statistics.median(map(float, lines))

    ours, theirs = alternate(prepared.runs, taught,
                             lambda: 200 / rate(prepared, prepared.rewritten, 400, prepared.cores))
    return Row(what, "seconds / 200 inferences of the runtime alone on the int8 model, one worker per core",
               ratios(ours, theirs), 1.10, at_most=True, figures={"ours": (ours, "s"), "the runtime": (theirs, "s")},
               floor=floors.inferences(prepared.rewritten, 200, prepared.cores), seconds=ours)


rows = [("one inference, int8 arithmetic", one), ("teach 10 classes of 20 decoded pictures each and save", teaching)]
