"""The whole `train`, measured from outside, and how right what it gives is."""
import places
from commands import alternate, imprint, need_precision, ratios, run
from rows.inference import rate
from table import Row


def peer_rate(prepared, data):
    """The pictures a second of the Python peer, from outside as ours."""
    ran = run(places.python, places.tool("peer_litert"), "--model", places.extractor, "--data", data, "--threads",
              str(prepared.cores), "--resize", "crop")
    return ran.json["pictures"] / ran.seconds


def our_rate(prepared, data):
    count = sum(map(len, places.classes(data).values()))
    return count / prepared.train("trained.tflite", data=data).seconds


def against_peer(prepared, what, data, bound):
    our_rate(prepared, data)
    ours, theirs = alternate(prepared.runs, lambda: our_rate(prepared, data), lambda: peer_rate(prepared, data))
    return Row(what, f"pictures a second of peer_litert.py, crop, {prepared.cores} threads; both whole processes",
               ratios(ours, theirs), bound, figures={"ours": (ours, "/s"), "the peer": (theirs, "/s")})


def flowers(prepared, what):
    return against_peer(prepared, what, places.flowers, 3.0)


def large(prepared, what):
    return against_peer(prepared, what, prepared.large, 4.0)


def against_runtime(prepared, what):
    rewritten = prepared.rewritten
    our_rate(prepared, places.flowers)
    ours, floor = alternate(prepared.runs, lambda: our_rate(prepared, places.flowers),
                            lambda: rate(prepared, rewritten, 400, prepared.cores))
    return Row(what, "inferences a second of the runtime alone on the rewritten model, one worker a core",
               ratios(ours, floor), 0.62, figures={"ours": (ours, "/s"), "the runtime": (floor, "/s")})


def accuracy(resize, place, bound):
    def measure(prepared, what):
        found = prepared.train(f"{resize}.tflite", "--resize", resize).json["topK"][place]
        return Row(what, "the first 25 % of each class held back", [found], bound)
    return measure


def memory(prepared, what):
    megabytes, = alternate(prepared.runs, lambda: prepared.train("trained.tflite").megabytes)
    return Row(what, f"{prepared.cores} threads", megabytes, 250, at_most=True)


def precision(head):
    def measure(prepared, what):
        need_precision()
        held_back = prepared.path("held-back-list.csv")

        def top(learnt):
            model = prepared.path(f"{head}-{learnt}.tflite")
            imprint("train", "--model", places.extractor, "--data", places.flowers, "--output", model, "--head", head,
                    "--augment", "one", "--test-ratio", "0.25", "--no-seen", "--list-held-back", held_back,
                    "--precision", learnt)
            asked = imprint("evaluate", "--json", "--model", model, "--data", held_back, "--precision", "exact")
            return asked.json["topK"][0]

        rewritten, exact = top("auto"), top("exact")
        # Of whole pictures: what is a rounding error beyond the bound is not beyond it.
        return Row(what, "top-1 less that of all as it is, either way", [round(abs(rewritten - exact), 9)], 0.006,
                   at_most=True, figures={"head learnt rewritten": ([rewritten], ""), "all as it is": ([exact], "")})
    return measure


rows = [
    ("flowers17 by imprinting, head learnt rewritten, file run as it is", precision("imprinted")),
    ("flowers17 by the analytic head, head learnt rewritten, file run as it is", precision("analytic")),
    ("pictures a second, flowers17, whole `train`", flowers),
    ("the same beside the runtime alone", against_runtime),
    ("pictures a second, JPEGs of 12 megapixels, whole `train`", large),
    ("flowers17 by imprinting, crop, top-1", accuracy("crop", 0, 0.86)),
    ("flowers17 by imprinting, crop, top-5", accuracy("crop", 4, 0.97)),
    ("flowers17 by imprinting, nearest, top-1", accuracy("nearest", 0, 0.85)),
    ("largest resident size of `train`, flowers17, MB", memory),
]
