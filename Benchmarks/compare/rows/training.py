"""The whole command `train`: its speed, memory, and accuracy."""
import floors, places
from commands import alternate, imprint, need_arithmetic, ratios, run
from rows.inference import rate
from table import Row


def peer_rate(prepared, data):
    """The pictures per second of the Python peer, timed over its whole process."""
    ran = run(places.python, places.tool("peer_litert"), "--model", places.extractor, "--data", data, "--threads",
              str(prepared.cores), "--resize", "crop")
    return ran.json["pictures"] / ran.seconds


def our_rate(prepared, data):
    count = sum(map(len, places.classes(data).values()))
    return count / prepared.train("trained.tflite", data=data).seconds


def floor(prepared):
    """The floor of a picture's inference. Decoding has none that is simple: it depends on the JPEG's bits."""
    return floors.inferences(prepared.rewritten, 1, prepared.cores)


def against_peer(prepared, what, data, bound):
    our_rate(prepared, data)
    ours, theirs = alternate(prepared.runs, lambda: our_rate(prepared, data), lambda: peer_rate(prepared, data))
    return Row(what, f"pictures per second of peer_litert.py, crop, {prepared.cores} threads; both whole processes",
               ratios(ours, theirs), bound, figures={"ours": (ours, "/s"), "the peer": (theirs, "/s")}, floor=floor(prepared),
               seconds=[1 / rate for rate in ours])


def flowers(prepared, what):
    return against_peer(prepared, what, places.flowers, 3.0)


def large(prepared, what):
    return against_peer(prepared, what, prepared.large, 4.0)


def against_runtime(prepared, what):
    rewritten = prepared.rewritten
    our_rate(prepared, places.flowers)
    ours, alone = alternate(prepared.runs, lambda: our_rate(prepared, places.flowers),
                            lambda: rate(prepared, rewritten, 400, prepared.cores))
    return Row(what, "inferences per second of the runtime alone on the int8 model, one worker per core",
               ratios(ours, alone), 0.62, figures={"ours": (ours, "/s"), "the runtime": (alone, "/s")}, floor=floor(prepared),
               seconds=[1 / rate for rate in ours])


def accuracy(resize, place, bound):
    def measure(prepared, what):
        found = prepared.train(f"{resize}.tflite", "--resize", resize).json["topK"][place]
        return Row(what, "the first 25 % of each class held back", [found], bound)
    return measure


def memory(prepared, what):
    megabytes, = alternate(prepared.runs, lambda: prepared.train("trained.tflite").megabytes)
    return Row(what, f"{prepared.cores} threads", megabytes, 250, at_most=True)


def arithmetic(head):
    def measure(prepared, what):
        need_arithmetic()
        held_back = prepared.path("held-back-list.csv")

        def top(learnt):
            model = prepared.path(f"{head}-{learnt}.tflite")
            imprint("train", "--model", places.extractor, "--data", places.flowers, "--output", model, "--head", head,
                    "--augment", "none", "--test-ratio", "0.25", "--held-back", "first", "--no-embeddings", "--list-held-back", held_back,
                    "--arithmetic", learnt)
            evaluation = imprint("evaluate", "--json", "--model", model, "--data", held_back, "--arithmetic", "exact")
            return evaluation.json["topK"][0]

        rewritten, exact = top("auto"), top("exact")
        # The difference is rounded, so that a floating-point error cannot exceed the bound.
        return Row(what, "absolute difference in top-1 from exact arithmetic throughout", [round(abs(rewritten - exact), 9)], 0.006,
                   at_most=True, figures={"learnt in int8": ([rewritten], ""), "exact throughout": ([exact], "")})
    return measure


rows = [
    ("flowers17, imprinted head learnt in int8, file run exactly", arithmetic("imprinted")),
    ("flowers17, analytic head learnt in int8, file run exactly", arithmetic("analytic")),
    ("pictures per second, flowers17, whole `train`", flowers),
    ("the same, against the runtime alone", against_runtime),
    ("pictures per second, JPEGs of 12 megapixels, whole `train`", large),
    ("flowers17, imprinted head, crop, top-1", accuracy("crop", 0, 0.86)),
    ("flowers17, imprinted head, crop, top-5", accuracy("crop", 4, 0.97)),
    ("flowers17, imprinted head, nearest, top-1", accuracy("nearest", 0, 0.85)),
    ("peak resident memory of `train` on flowers17, MB", memory),
]
