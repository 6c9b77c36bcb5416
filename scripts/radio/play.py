# SPDX-License-Identifier: Apache-2.0
"""Plays scenes with tests/rf/radio_reference; the same scene is played once, however many rows ask for it."""
import concurrent.futures
import csv
import io
import statistics
import subprocess
import sys


class Scene:
    """One call of radio_reference: what is played, and for how long."""

    def __init__(self, scene, mode, preset, seconds, seeds=1, **options):
        words = ["--scene", scene, "--std", mode.std, "--mode", mode.ours, "--preset", preset, "--seconds",
                 f"{seconds:.4g}", "--seeds", str(seeds)]
        for name, value in options.items():
            if value is True:
                words.append("--" + name.replace("_", "-"))
            elif value is not False and value is not None:
                words += ["--" + name.replace("_", "-"), f"{value:g}" if isinstance(value, float) else str(value)]
        self.words = tuple(words)


class Player:
    def __init__(self, program, jobs):
        self.program = program
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        self.started = {}

    def start(self, scene):
        """Begins to play; result() waits."""
        if scene.words not in self.started:
            self.started[scene.words] = self.pool.submit(self.run, scene.words)

    def run(self, words):
        done = subprocess.run([str(self.program), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=600, check=False)
        if done.returncode != 0:
            sys.exit(f"radio_accuracy: {' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def lines(self, scene):
        self.start(scene)
        return self.started[scene.words].result()

    def value(self, scene, column):
        """Mean over the seeds."""
        return statistics.mean(float(line[column]) for line in self.lines(scene))


def read(path):
    """Rows of a CSV file whose first lines may be comments."""
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))
