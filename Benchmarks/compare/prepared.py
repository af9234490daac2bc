"""What several rows need, made once, when the first asks for it."""
import functools, os

import places
from commands import NotMeasured, has_option, imprint, peer, run


class Prepared:
    """A temporary folder's models, records and pictures.

    runs is how often each side of a row runs, cores how many threads each may have.
    """

    def __init__(self, folder, runs):
        self.folder, self.runs, self.cores = folder, runs, os.cpu_count()

    def path(self, name):
        return os.path.join(self.folder, name)

    def train(self, output, *options, data=places.flowers):
        """The same job as the peer's: one view a picture, imprinting, a quarter held back."""
        return imprint(
            "train", "--json", "--model", places.extractor, "--data", data, "--output", self.path(output), "--head",
            "imprinted", "--augment", "one", "--test-ratio", "0.25", "--no-seen", "--threads", str(self.cores), *options)

    @functools.cached_property
    def rewritten(self):
        """The extractor in int8, as it is run in memory."""
        if not has_option("model", "requantize"):
            raise NotMeasured("this imprint has no model requantize")
        model = self.path("rewritten.tflite")
        imprint("model", "requantize", places.extractor, "--io", "int8", "-o", model)
        return model

    @functools.cached_property
    def classifier(self):
        """The analytic classifier of three quarters of flowers17, beside what was seen and the list of the others."""
        model = self.path("flowers.tflite")
        imprint("train", "--model", places.extractor, "--data", places.flowers, "--output", model, "--augment", "one",
                "--test-ratio", "0.25", "--list-held-back", self.path("held-back.csv"))
        return model

    @functools.cached_property
    def seen(self):
        """What was seen of the pictures learnt from and of those held back."""
        learnt, asked = os.path.splitext(self.classifier)[0] + ".seen", self.path("asked.seen")
        imprint("embed", self.path("held-back.csv"), "--model", places.extractor, "--augment", "one", "-o", asked)
        return learnt, asked

    @functools.cached_property
    def embeddings(self):
        """A folder of the same embeddings as plain numbers."""
        folder = self.path("embeddings")
        os.makedirs(folder)
        run(places.program("solve-heads"), "export", folder, *self.seen)
        return folder

    @functools.cached_property
    def large(self):
        """A folder of three classes of 20 JPEGs of 12 megapixels."""
        folder = self.path("large")
        chosen = list(places.classes(places.flowers).items())[:3]
        peer("enlarge", *(f"{picture}={os.path.join(folder, name, os.path.basename(picture))}"
                          for name, pictures in chosen for picture in pictures[:20]))
        return folder

    @functools.cached_property
    def held_back(self):
        """The first quarter of each class of flowers17."""
        return [picture for pictures in places.classes(places.flowers).values()
                for picture in pictures[:len(pictures) // 4]]
