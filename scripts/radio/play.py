# SPDX-License-Identifier: Apache-2.0
"""Plays scenes with tests/rf/radio_reference; the same scene is played once, however many rows ask for it."""
import concurrent.futures
import csv
import hashlib
import io
import json
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
    """keep: a file of what this very program has played before, so that a report cut short goes on where it was."""

    def __init__(self, program, jobs, keep=None):
        self.program = program
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        self.started = {}
        self.known, self.kept = {}, None
        if keep:
            digest = hashlib.sha256(program.read_bytes()).hexdigest()
            if keep.exists():
                for line in keep.read_text(encoding="utf-8").splitlines():
                    by, words, lines = json.loads(line)
                    if by == digest:
                        self.known[tuple(words)] = lines
            self.kept, self.digest = open(keep, "a", encoding="utf-8"), digest

    def start(self, scene):
        """Begins to play; result() waits."""
        if scene.words not in self.started:
            self.started[scene.words] = self.pool.submit(self.run, scene.words)

    def run(self, words):
        if words in self.known:
            return self.known[words]
        done = subprocess.run([str(self.program), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=600, check=False)
        if done.returncode != 0:
            sys.exit(f"radio_accuracy: {' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
        lines = list(csv.DictReader(io.StringIO(done.stdout)))
        if self.kept:
            self.kept.write(json.dumps([self.digest, words, lines]) + "\n")
            self.kept.flush()
        return lines

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
