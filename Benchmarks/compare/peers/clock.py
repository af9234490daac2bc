"""Times reading picture files."""
import json, time


def report(read, pictures, runs):
    """Prints the seconds of each pass as JSON, after a warm-up."""
    seconds = []
    for run in range(runs + 1):
        start = time.perf_counter()
        for path in pictures:
            read(path)
        if run:
            seconds.append(time.perf_counter() - start)
    print(json.dumps(seconds))
