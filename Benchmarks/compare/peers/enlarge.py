"""Enlarges pictures to JPEGs of 12 megapixels: enlarge.py INPUT=OUTPUT..."""
import multiprocessing, os, sys

from PIL import Image, ImageOps


def enlarge(pair):
    source, target = pair.split("=")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    image = Image.open(source).convert("RGB")
    ImageOps.fit(image, (4000, 3000), Image.BICUBIC).save(target, "JPEG", quality=90)


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        pool.map(enlarge, sys.argv[1:], chunksize=4)
