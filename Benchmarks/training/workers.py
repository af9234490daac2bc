"""Training with several processes on this machine: the speed of its steps, and the weights compared with those of one."""
import array, json, math, os, statistics, struct


def weights(file):
    """Reads the weights of a checkpoint in the safetensors format."""
    with open(file, "rb") as opened:
        header = json.loads(opened.read(struct.unpack("<Q", opened.read(8))[0]))
        start, found = opened.tell(), {}
        for name, tensor in header.items():
            if name.startswith("weights/"):
                first, end = tensor["data_offsets"]
                opened.seek(start + first)
                found[name] = array.array("f", opened.read(end - first))
    return found


def distance(own, other):
    """Returns ‖own − other‖ / ‖own‖ over all weights."""
    squares = sum(x * x for values in own.values() for x in values)
    differences = sum((x - y) ** 2 for name, values in own.items() for x, y in zip(values, other[name]))
    return math.sqrt(differences / squares)


def speed(run, noise, folder, turns=5, count=12):
    """Returns the steps a second of two workers of one thread / those of one: the median of some turns.

    The first step of each run is slower, so the time of a short run is subtracted from that of a longer one.
    """
    found = {1: [], 2: []}
    for turn in range(turns):
        for workers in [1, 2]:
            seconds = []
            for steps in [2, 2 + count]:
                report = run(
                    "pretrain", "--data", noise, "--architecture", "mobilenet-v1-0.25", "--side", "224", "--batch-size", "64",
                    "--no-augmentation", "--schedule", "constant", "--threads", "1", "--workers", str(workers), "--steps",
                    str(steps), "-o", os.path.join(folder, f"speed{turn}{workers}{steps}"))
                seconds.append(report["stepSeconds"])
            found[workers].append((seconds[1] - seconds[0]) / count)
    return statistics.median(one / two for one, two in zip(found[1], found[2])), found


def agreement(run, pictures, start, folder, rate, settings=((1, 1), (1, 2), (2, 1), (4, 1))):
    """Returns the distance of the weights after 50 steps from those of one worker of one thread, by (workers, threads)."""
    found = {}
    for workers, threads in settings:
        output = os.path.join(folder, f"agreement{rate}{workers}{threads}")
        run("pretrain", "--data", pictures, "--architecture", "mobilenet-v1-0.25", "--pretrained", start, "--side", "128",
            "--batch-size", "32", "--no-augmentation", "--schedule", "constant", "--learning-rate", str(rate), "--steps", "50",
            "--threads", str(threads), "--workers", str(workers), "-o", output)
        found[workers, threads] = weights(os.path.join(output, "last.safetensors"))
    own = found.pop((1, 1))
    return {setting: distance(own, other) for setting, other in found.items()}
