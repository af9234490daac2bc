"""Prints the versions of the peers in this Python as JSON."""
import importlib.metadata, json, platform

names = {"ai-edge-litert": "LiteRT", "mediapipe": "MediaPipe", "pillow": "Pillow",
         "opencv-python-headless": "OpenCV", "scikit-learn": "scikit-learn", "numpy": "NumPy"}
found = {"Python": platform.python_version()}
for package, name in names.items():
    try:
        found[name] = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
