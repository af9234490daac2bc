"""Pictures and films that the tests make themselves: things that are easy to tell apart, never twice the same."""

import functools
import io
import math
import random

import numpy
from PIL import Image, ImageDraw, ImageFilter

SIZE = (480, 360)
FRAMES_A_SECOND = 30


def mug(seed: int) -> Image.Image:
    """A red mug on a table."""
    chance = random.Random(seed)
    image = Image.new("RGB", SIZE, (222, 206, 180))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 250 + chance.randint(-20, 20), *SIZE), fill=(150, 110, 70))
    x, y = 150 + chance.randint(-60, 60), 80 + chance.randint(-30, 30)
    scale = chance.uniform(0.85, 1.15)
    width, height = 150 * scale, 190 * scale
    draw.ellipse((x + width * 0.75, y + height * 0.2, x + width * 1.35, y + height * 0.8), outline=(190, 25, 25), width=int(22 * scale))
    draw.rounded_rectangle((x, y, x + width, y + height), 24, fill=(205, 30, 30))
    draw.ellipse((x, y - 18, x + width, y + 22), fill=(120, 10, 10))
    return noisy(image, chance)


def sky(seed: int) -> Image.Image:
    """Clouds in a blue sky."""
    chance = random.Random(seed)
    rows = numpy.linspace(0, 1, SIZE[1])[:, None]
    colours = numpy.array([40, 110, 220]) * (1 - rows) + numpy.array([150, 200, 250]) * rows
    image = Image.fromarray(numpy.repeat(colours[:, None, :], SIZE[0], axis=1).astype(numpy.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(3):
        x, y = chance.randint(0, 400), chance.randint(20, 280)
        for _ in range(6):
            dx, dy, radius = chance.randint(-60, 60), chance.randint(-14, 14), chance.randint(20, 46)
            draw.ellipse((x + dx - radius, y + dy - radius * 0.6, x + dx + radius, y + dy + radius * 0.6), fill=(250, 250, 252))
    return noisy(image.filter(ImageFilter.GaussianBlur(3)), chance)


def leaf(seed: int) -> Image.Image:
    """A green leaf on dark soil."""
    chance = random.Random(seed)
    image = Image.new("RGB", SIZE, (60, 44, 32))
    leaf = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    draw = ImageDraw.Draw(leaf)
    draw.ellipse((110, 110, 370, 250), fill=(60, 160 + chance.randint(-20, 20), 50, 255))
    draw.line((110, 180, 370, 180), fill=(30, 100, 30, 255), width=6)
    leaf = leaf.rotate(chance.uniform(-60, 60), translate=(chance.randint(-40, 40), chance.randint(-30, 30)))
    image.paste(leaf, (0, 0), leaf)
    return noisy(image, chance)


def noisy(image: Image.Image, chance: random.Random) -> Image.Image:
    noise = numpy.random.default_rng(chance.randint(0, 2**31)).normal(0, 6, (SIZE[1], SIZE[0], 3))
    light = chance.uniform(0.9, 1.1)
    return Image.fromarray(numpy.clip(numpy.asarray(image, float) * light + noise, 0, 255).astype(numpy.uint8))


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@functools.cache
def drawn(scene, seed: int) -> bytes:
    return jpeg(scene(seed))


def film(path, scenes, seconds: float = 4.0) -> None:
    """Writes a film of JPEG frames, one scene after the other. Each drawing stays for four frames. Chromium plays it in a circle."""
    with open(path, "wb") as file:
        for scene in scenes:
            for frame in range(math.ceil(seconds * FRAMES_A_SECOND)):
                file.write(drawn(scene, 1000 + frame // 4))
