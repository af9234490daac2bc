"""Embeds a folder on Ray or Spark while processes are killed, and compares the file with that of `imprint embed`.

    python scale_kills.py ray|spark FOLDER [--every 5] [--driver-after 40] [--seed 0]

FOLDER holds a folder of pictures for each class. Every few seconds a random process that does the job's work is killed: a worker
of Ray; or on Spark, with two executors on this machine, a Python worker, and every sixth time an executor, which takes seconds
to start. The driver is killed once, with all its processes, and started again with the same store. Needs psutil and the engine;
Spark also Java 17.
"""

import argparse
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import psutil

import imprint


def ray_job(folder, store, output):
    import ray

    import imprint.ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    imprint.ray.embed(imprint.ray.pictures(folder, shard_size=128), store=store).write(output)


def spark_job(folder, store, output):
    import pyspark
    from pyspark.sql import SparkSession

    import imprint.spark

    os.environ["SPARK_HOME"] = str(pathlib.Path(pyspark.__file__).parent)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        # Those of a job that may lose a process every few seconds.
        .config("spark.task.maxFailures", "1000")
        .config("spark.stage.maxConsecutiveAttempts", "1000")
        .config("spark.deploy.maxExecutorRetries", "-1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    pictures = imprint.spark.pictures(session, folder, shard_size=128)
    imprint.spark.embed(pictures, store=store, shard_size=128).write(output)


JOBS = {"ray": ray_job, "spark": spark_job}


def kind(process):
    """What a process does for a job; nothing for one that does not do its work."""
    try:
        words = process.cmdline()
        # Spark's Python workers are forks of a daemon, with its command line.
        if "pyspark.daemon" in words and "pyspark.daemon" in process.parent().cmdline():
            return "Python worker"
    except (psutil.Error, AttributeError):
        return None
    if any("CoarseGrainedExecutorBackend" in word for word in words):
        return "executor"
    return words[0] if words and words[0].startswith("ray::") else None


def victims(driver, number):
    """The processes of a job of which the next is killed, with their kinds."""
    try:
        found = [(process, kind(process)) for process in driver.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    executors = [one for one in found if one[1] == "executor"]
    return executors if executors and number % 6 == 5 else [one for one in found if one[1] not in (None, "executor")]


def start(engine, folder, store, output, log):
    words = [sys.executable, __file__, engine, str(folder), "--job", str(store), str(output)]
    return psutil.Popen(words, stdout=log, stderr=log, start_new_session=True)


def kill_all(driver):
    everything = [*driver.children(recursive=True), driver]
    for process in everything:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    psutil.wait_procs(everything)


def run(options, scratch):
    """Runs the job with kills; returns the seconds, the kills by kind, and the number of drivers."""
    store, output = scratch / "store", scratch / "killed.embeddings"
    chance, kills, drivers = random.Random(options.seed), {}, 1
    with open(scratch / "log", "w") as log:
        began = time.monotonic()
        driver = start(options.engine, options.folder, store, output, log)
        next_kill, driver_end = began + options.every, began + options.driver_after
        while driver.poll() is None:
            time.sleep(0.1)
            now = time.monotonic()
            if driver_end is not None and now >= driver_end:
                kill_all(driver)
                driver, driver_end = start(options.engine, options.folder, store, output, log), None
                drivers += 1
            elif now >= next_kill:
                if found := victims(driver, sum(kills.values())):
                    victim, name = chance.choice(found)
                    try:
                        victim.kill()
                    except psutil.NoSuchProcess:
                        continue
                    kills[name] = kills.get(name, 0) + 1
                    next_kill = now + options.every
        if driver.returncode:
            sys.exit(f"the driver ended with {driver.returncode}:\n" + (scratch / "log").read_text()[-3000:])
        return time.monotonic() - began, kills, drivers


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("engine", choices=JOBS)
    words.add_argument("folder", type=pathlib.Path)
    words.add_argument("--every", type=float, default=5, metavar="SECONDS")
    words.add_argument("--driver-after", type=float, default=40, metavar="SECONDS")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--job", nargs=2, metavar=("STORE", "OUTPUT"), help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.job:
        return JOBS[options.engine](str(options.folder), *options.job)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        seconds, kills, drivers = run(options, scratch)
        whole = scratch / "whole.embeddings"
        command = [sys.executable, "-m", "imprint", "embed", str(options.folder), "--no-cache", "--output", str(whole)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        same = digest(whole) == digest(scratch / "killed.embeddings")
        print(f"{options.engine}: {seconds:.0f} s, {drivers} drivers, {sum(kills.values())} kills: {kills}")
        print(f"{len(imprint.EmbeddingSet.read(whole))} pictures, the same bytes as the command's: {same}")
        sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
