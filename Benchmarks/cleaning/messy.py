"""Makes a messy copy of a data set: wrong labels, exact and near-duplicates, and classes of very different sizes."""

import os
import random
import shutil

from PIL import Image


def upright(path):
    """A picture in RGB; transparent ones are laid over white."""
    picture = Image.open(path)
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        picture = white
    return picture.convert("RGB")


def half(picture, _):
    return picture.resize([max(8, side // 2) for side in picture.size], Image.Resampling.LANCZOS), 90


def compressed(picture, _):
    return picture, 40


def cropped(picture, numbers):
    width, height = picture.size
    left, top = numbers.uniform(0, 0.05 * width), numbers.uniform(0, 0.05 * height)
    return picture.crop((int(left), int(top), int(left + 0.95 * width), int(top + 0.95 * height))), 90


def mirrored(picture, _):
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 90


changes = {"half": half, "quality40": compressed, "cropped": cropped, "mirrored": mirrored}


def change(source, target, kind, numbers):
    """Writes a near-duplicate of a picture."""
    picture, quality = changes[kind](upright(source), numbers)
    picture.save(target, quality=quality)


def classes(folder):
    """The paths of the pictures of each class."""
    names = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name)))
    return {
        name: [os.path.join(folder, name, file) for file in sorted(os.listdir(os.path.join(folder, name)))
               if not file.startswith(".")]
        for name in names
    }


def make(source, target, seed, wrong=0.05, exact=0.03, near=0.05, sizes=(5, 80)):
    """Writes the copy, and returns the names of its files whose label is wrong.

    The sizes of the classes are spread evenly on a logarithmic scale. Half of the duplicates are in another class than
    their original: their label counts as wrong.
    """
    numbers = random.Random(seed)
    shutil.rmtree(target, ignore_errors=True)
    pictures = classes(source)
    names = list(pictures)
    order = names[:]
    numbers.shuffle(order)
    chosen = []
    for place, name in enumerate(order):
        share = place / max(1, len(order) - 1)
        size = round(sizes[0] * (sizes[1] / sizes[0]) ** share)
        chosen += [(path, name) for path in numbers.sample(pictures[name], min(size, len(pictures[name])))]
    for name in names:
        os.makedirs(os.path.join(target, name))

    def other(name):
        return numbers.choice([one for one in names if one != name])

    bad = set()
    files = []
    mislabelled = set(numbers.sample(range(len(chosen)), round(wrong * len(chosen))))
    for number, (path, name) in enumerate(chosen):
        label = other(name) if number in mislabelled else name
        file = os.path.join(target, label, f"{number:05}" + os.path.splitext(path)[1])
        shutil.copyfile(path, file)
        files.append((file, name, label))
        if label != name:
            bad.add(file)
    # Duplicates of pictures whose label is right, so that it is certain which of two is wrong.
    right = [entry for entry in files if entry[1] == entry[2]]
    drawn = numbers.sample(right, round((exact + near) * len(chosen)))
    for number, (file, name, _) in enumerate(drawn):
        label = other(name) if number % 2 else name
        root = os.path.join(target, label, f"copy{number:04}")
        if number < round(exact * len(chosen)):
            copy = root + os.path.splitext(file)[1]
            shutil.copyfile(file, copy)
        else:
            copy = root + ".jpg"
            change(file, copy, numbers.choice(list(changes)), numbers)
        if label != name:
            bad.add(copy)
    return bad


def with_near_duplicates(source, target, seed, share):
    """Writes a copy with near-duplicates of a share of the pictures; returns the pairs of original and duplicate."""
    numbers = random.Random(seed)
    shutil.rmtree(target, ignore_errors=True)
    pairs = []
    for name, paths in classes(source).items():
        os.makedirs(os.path.join(target, name))
        for path in paths:
            root, ending = os.path.splitext(os.path.basename(path))
            copy = os.path.join(target, name, root + ending)
            shutil.copyfile(path, copy)
            if numbers.random() < share:
                kind = numbers.choice(list(changes))
                duplicate = os.path.join(target, name, f"{root}__{kind}.jpg")
                change(path, duplicate, kind, numbers)
                pairs.append((copy, duplicate, kind))
    return pairs
