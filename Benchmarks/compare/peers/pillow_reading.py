"""Times the way from picture files to tensors with Pillow, on one thread: draft(), which shrinks while decoding, and fit().

    pillow_reading.py SIDE RUNS PICTURE...
"""
import json, sys, time

import numpy as np
from PIL import Image, ImageOps

side, runs, pictures = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def read(path):
    image = Image.open(path)
    image.draft("RGB", (side, side))
    return np.asarray(ImageOps.fit(image.convert("RGB"), (side, side), Image.BILINEAR))


seconds = []
for run in range(runs + 1):
    start = time.perf_counter()
    for path in pictures:
        read(path)
    if run:
        seconds.append(time.perf_counter() - start)
print(json.dumps(seconds))
