"""Single functions of the library, measured by swift-benchmark."""
import json, os, shutil

import places
from commands import run
from table import duration, line

heading = line(["function", "median (least … most)", "runs"]) + "\n" + line(["---"] * 3)


def measure(prepared):
    """The results of swift-benchmark, with times in nanoseconds."""
    folder = prepared.path("micro")
    os.makedirs(folder, exist_ok=True)
    large = next(iter(places.classes(prepared.large).values()))[0]
    shutil.copy(prepared.held_back[0], os.path.join(folder, "small.jpg"))
    shutil.copy(large, os.path.join(folder, "large.jpg"))
    os.environ.update(IMPRINT_MICRO_MODEL=os.path.join(places.models, "mobilenet_v1_1.0_224_quant.tflite"),
                      IMPRINT_MICRO_EMBEDDINGS=prepared.embeddings[0], IMPRINT_MICRO_PICTURES=folder)
    ran = run(places.program("micro"), "--format", "json", "--quiet", "--columns", "name,median,min,max,iterations")
    return json.loads(ran.printed)["benchmarks"]


def table(results):
    def cells(result):
        median, least, most = (duration(result[name] / 1e9) for name in ("median", "min", "max"))
        found = f"{median} ({least} … {most})"
        return [result["name"].replace(".", ": ", 1), found, int(result["iterations"])]
    return "\n".join([heading] + [line(cells(result)) for result in results])
