"""Classifying pictures."""
import floors, places
from commands import alternate, imprint, peer, ratios, run
from table import Row


def cold(prepared, what):
    picture = prepared.held_back[0]
    ours, theirs = alternate(
        3 * prepared.runs, lambda: imprint("classify", "--model", prepared.classifier, picture).seconds,
        lambda: run(places.python, places.tool("check_tflite"), prepared.classifier, picture).seconds)
    return Row(what, "wall time of check_tflite.py", ratios(ours, theirs), 0.3, at_most=True,
               figures={"ours": (ours, "s"), "the peer": (theirs, "s")}, floor=floors.inferences(prepared.rewritten),
               seconds=ours)


def many(prepared, what):
    pictures = prepared.held_back
    ours, theirs = alternate(
        prepared.runs, lambda: len(pictures) / imprint("classify", "--model", prepared.classifier, *pictures).seconds,
        lambda: peer("mediapipe_classifying", prepared.classifier, str(prepared.cores),
                     *pictures).json["pictures_per_s"])
    return Row(what, "pictures per second of MediaPipe's ImageClassifier, one per core, start-up excluded; ours included",
               ratios(ours, theirs), 1.0, figures={"ours": (ours, "/s"), "the peer": (theirs, "/s")},
               floor=floors.inferences(prepared.rewritten, 1, prepared.cores), seconds=[1 / rate for rate in ours])


rows = [("cold `classify` of one picture", cold), ("`classify` of 340 pictures", many)]
