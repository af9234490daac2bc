"""Times the runtime alone, on one fixed picture: the upper bound of the speed of any pipeline.

    invoke.py MODEL COUNT WORKERS

Each worker is a process with one thread; all start together. Prints the inferences per second of all workers.
"""
import json, multiprocessing, sys, time

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def work(model, count, barrier, times):
    interpreter = Interpreter(model, num_threads=1)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    picture = np.random.default_rng(1).integers(0, 256, source["shape"])
    if source["dtype"] == np.int8:
        picture = picture - 128
    picture = picture.astype(source["dtype"])
    for turn in range(2):
        # The first pass is a warm-up.
        turns = count if turn else max(1, count // 10)
        barrier.wait()
        start = time.monotonic()
        for _ in range(turns):
            interpreter.set_tensor(source["index"], picture)
            interpreter.invoke()
            interpreter.get_tensor(result["index"])
    times.put((start, time.monotonic()))


if __name__ == "__main__":
    model, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    context = multiprocessing.get_context("fork")
    barrier, times = context.Barrier(workers), context.Queue()
    processes = [context.Process(target=work, args=(model, count, barrier, times), daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    try:
        found = [times.get(timeout=120) for _ in processes]
    except Exception:
        sys.exit(f"the runtime does not run {model}")
    seconds = max(end for _, end in found) - min(start for start, _ in found)
    print(json.dumps({"per_second": count * workers / seconds}))
