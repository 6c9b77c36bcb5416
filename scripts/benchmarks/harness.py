# SPDX-License-Identifier: Apache-2.0
"""What benchmarks are made of.

A benchmark is a module beside this one with two functions:

    measure(bench)   called once a round: runs programs and notes what they took, bench.sample(name, value, unit)
    conclude(bench)  called once at the end, when bench.value(name) is the median: bench.figure(name, value, unit) for
                     what follows from the medians, such as ratios, and bench.target(name, ...) for what must hold
"""
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time


class Run:
    """A finished program: what it wrote, and the seconds it took of the clock and of processors."""

    def __init__(self, output, errors, wall, cpu):
        self.output, self.errors, self.wall, self.cpu = output, errors, wall, cpu


class Bench:
    def __init__(self, build):
        self.build = build
        self.samples, self.units, self.figures, self.targets, self.missed = {}, {}, {}, [], []

    # --- Running

    def run(self, *command, timeout=300):
        """Runs a program to its end; its failure ends the benchmark, since its time would mean nothing."""
        before, begin = children_seconds(), time.monotonic()
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=timeout)
        wall, cpu = time.monotonic() - begin, children_seconds() - before
        if done.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, command))}\n{done.stderr.decode(errors='replace')}"
                     f"bench: exit code {done.returncode}")
        return Run(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), wall, cpu)

    def seconds_to_first_byte(self, *command, timeout=60):
        """From the start of a program to its first byte of standard output."""
        begin = time.monotonic()
        with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, bufsize=0) as process:
            first = process.stdout.read(1)
            seconds = time.monotonic() - begin
            process.stdout.read()
            if not first or process.wait(timeout) != 0:
                sys.exit(f"bench: {' '.join(map(str, command))}: no output")
        return seconds

    # --- Noting

    def sample(self, name, value, unit):
        self.samples.setdefault(name, []).append(value)
        self.units[name] = unit

    def take_medians(self):
        for name, values in self.samples.items():
            self.figures[name] = statistics.median(values)

    def value(self, name):
        return self.figures[name]

    def figure(self, name, value, unit):
        self.figures[name] = value
        self.units[name] = unit

    def target(self, name, at_least=None, at_most=None):
        """What the project promises of a figure."""
        value = self.figures[name]
        holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        self.targets.append({"name": name, "at_least": at_least, "at_most": at_most, "holds": holds})
        if not holds:
            self.missed.append(name)

    # --- Telling

    def print(self):
        for name, value in self.figures.items():
            print(f"{name}: {value:.4g} {self.units[name]}".rstrip())
        for target in self.targets:
            bound = f">= {target['at_least']:.4g}" if target["at_least"] is not None else f"<= {target['at_most']:.4g}"
            print(f"target {target['name']} {bound}: {'met' if target['holds'] else 'MISSED'}", file=sys.stderr)

    def report(self):
        return {
            "host": {"machine": platform.machine(), "processor": processor_name(), "processors": os.cpu_count(),
                     "qemu": first_line("qemu-system-xtensa", "--version")},
            "figures": {name: {"value": value, "unit": self.units[name], "samples": self.samples.get(name, [])}
                        for name, value in self.figures.items()},
            "targets": self.targets,
        }


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def processor_name():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


def first_line(*command):
    if not shutil.which(command[0]):
        return None
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition("\n")[0]
