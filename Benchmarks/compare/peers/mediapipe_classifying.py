"""Times MediaPipe's ImageClassifier on picture files, with one classifier per core.

    mediapipe_classifying.py MODEL CORES PICTURE...

Prints the pictures per second. Decoding is timed; opening the model is not.
"""
import concurrent.futures, json, sys, time, types

# Stand-ins for modules that MediaPipe imports but does not need here, so that they need not be downloaded.
for name in ("certifi", "cv2", "matplotlib", "matplotlib.pyplot", "sounddevice", "yaml"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["matplotlib"].pyplot = sys.modules["matplotlib.pyplot"]
sys.modules["certifi"].where = lambda: ""

import mediapipe
from mediapipe.tasks.python import BaseOptions, vision

model, cores, pictures = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
options = vision.ImageClassifierOptions(base_options=BaseOptions(model_asset_path=model), max_results=3)
classifiers = [vision.ImageClassifier.create_from_options(options) for _ in range(cores)]


def classify(place):
    for path in pictures[place::cores]:
        classifiers[place].classify(mediapipe.Image.create_from_file(path))


with concurrent.futures.ThreadPoolExecutor(cores) as pool:
    for classifier in classifiers:
        classifier.classify(mediapipe.Image.create_from_file(pictures[0]))
    start = time.perf_counter()
    list(pool.map(classify, range(cores)))
    seconds = time.perf_counter() - start
print(json.dumps({"pictures_per_s": len(pictures) / seconds}))
