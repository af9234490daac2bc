"""Models, embeddings and pictures that several rows need, created when they are first used."""
import functools, os

import places
from commands import NotMeasured, has_option, imprint, peer, run


class Prepared:
    """The files of a temporary folder.

    runs is the number of runs of each side of a row; cores is the number of threads that each side may use.
    """

    def __init__(self, folder, runs):
        self.folder, self.runs, self.cores = folder, runs, os.cpu_count()

    def path(self, name):
        return os.path.join(self.folder, name)

    def train(self, output, *options, data=places.flowers):
        """Trains with the peer's settings: one view of each picture, imprinting, a quarter held back.

        Every run embeds the pictures anew: the cache would answer all runs but the first.
        """
        anew = ["--no-cache"] if has_option("train", "--no-cache") else []
        return imprint(
            "train", "--json", "--model", places.extractor, "--data", data, "--output", self.path(output), "--head",
            "imprinted", "--augment", "none", "--test-ratio", "0.25", "--held-back", "first", "--no-embeddings", "--threads",
            str(self.cores), *anew, *options)

    @functools.cached_property
    def rewritten(self):
        """The extractor rewritten to int8, the form that imprint runs in memory."""
        if not has_option("model", "requantize"):
            raise NotMeasured("this imprint has no model requantize")
        model = self.path("rewritten.tflite")
        imprint("model", "requantize", places.extractor, "--io", "int8", "-o", model)
        return model

    @functools.cached_property
    def classifier(self):
        """A classifier trained on three quarters of flowers17, its embeddings, and the list of the other pictures."""
        model = self.path("flowers.tflite")
        imprint("train", "--model", places.extractor, "--data", places.flowers, "--output", model, "--augment", "none",
                "--test-ratio", "0.25", "--held-back", "first", "--list-held-back", self.path("held-back.csv"))
        return model

    @functools.cached_property
    def embeddings(self):
        """The embeddings files of the training pictures and of the pictures held back."""
        training, test = os.path.splitext(self.classifier)[0] + ".embeddings", self.path("test.embeddings")
        imprint("embed", self.path("held-back.csv"), "--model", places.extractor, "--augment", "none", "-o", test)
        return training, test

    @functools.cached_property
    def exported(self):
        """A folder with the same embeddings as plain numbers."""
        folder = self.path("exported")
        os.makedirs(folder)
        run(places.program("solve-heads"), "export", folder, *self.embeddings)
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
