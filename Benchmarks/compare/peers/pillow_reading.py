"""Times reading picture files into tensors with Pillow, on one thread: draft(), which shrinks while decoding, and fit().

    pillow_reading.py SIDE RUNS PICTURE...
"""
import sys

import numpy as np
from PIL import Image, ImageOps

import clock

side, runs, pictures = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def read(path):
    image = Image.open(path)
    image.draft("RGB", (side, side))
    return np.asarray(ImageOps.fit(image.convert("RGB"), (side, side), Image.BILINEAR))


clock.report(read, pictures, runs)
