"""Compares what two processors computed; run by scripts/test-arm64.

    python agreement.py answers HERE THERE
    python agreement.py embeddings NAME HERE THERE
"""

import collections
import json
import sys


def compare_answers(here, there):
    """Counts the pictures with the same best class; the files are the JSON of `imprint classify`."""
    pairs = list(zip(answers(here), answers(there), strict=True))
    assert all(one["picture"] == other["picture"] for one, other in pairs)
    best = sum(one["classes"][0]["label"] == other["classes"][0]["label"] for one, other in pairs)
    unknown = sum(one["unknown"] == other["unknown"] for one, other in pairs)
    difference = max(abs(score(one) - score(other)) for one, other in pairs)
    print(
        f"{best} of {len(pairs)} pictures have the same best class, {unknown} the same answer whether they are unknown; "
        f"the best score differs by at most {difference:.1g}"
    )


def answers(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def score(answer):
    return answer["classes"][0]["score"]


def compare_embeddings(name, here, there):
    """Counts the elements of two embedding files by the difference in steps."""
    one, other = elements(here), elements(there)
    assert len(one) == len(other) and one
    steps = collections.Counter(abs(a - b) for a, b in zip(one, other))
    shares = ", ".join(f"{count} by {step}" for step, count in sorted(steps.items()) if step)
    print(f"{name}: of {len(one)} elements {steps[0]} are equal" + (f", and differ {shares}" if shares else ""))


def elements(path):
    """The elements of the embeddings: whole numbers."""
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[8:12], "little")
    kind = json.loads(data[12 : 12 + length])["space"]["element"]
    assert kind in ("int8", "uint8"), kind
    # A digest of 32 bytes ends the file.
    return memoryview(data[12 + length : -32]).cast("b" if kind == "int8" else "B").tolist()


{"answers": compare_answers, "embeddings": compare_embeddings}[sys.argv[1]](*sys.argv[2:])
