# SPDX-License-Identifier: Apache-2.0
"""Random cases played by ns-3, so that the comparison does not rest on the rows that were listed.

The cases are drawn once, from all rates, and their outcome is kept as tests/rf/data/ns3_sample.csv: whoever has ns-3
can make another one (scripts/radio_accuracy --sample SEED), everybody else compares with the one that is there.
"""
import csv
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

from radio.rates import MODES

FIELDS = ["scene", "std", "mode", "rts", "payload_B", "n", "hops", "seeds", "seconds", "goodput_Mbps", "goodput_half_range",
          "fail_ratio"]
SEEDS = 3
FRAMES = 3000  # a seed
COUNTS = {"sat": 24, "hidden": 8, "chain": 8}


def is_installed():
    return shutil.which("g++") is not None and any(pathlib.Path("/usr/include").glob("ns3*"))


def build(source):
    """rfref, from our source and Debian's ns-3."""
    if not is_installed():
        sys.exit("radio_accuracy: this needs ns-3 (Debian: ns3, libns3-dev)")
    program = pathlib.Path(tempfile.gettempdir()) / "vesper-rfref"
    libraries = ["wifi", "internet", "applications", "mobility", "propagation", "traffic-control", "network", "core"]
    subprocess.run(["g++", "-std=c++17", "-O2", "-o", program, source] + [f"-lns3-{name}" for name in libraries],
                   check=True)
    return program


def draw(seed):
    rng = random.Random(seed)
    for scene, count in COUNTS.items():
        for _ in range(count):
            mode = rng.choice(list(MODES.values()))
            yield {"scene": scene, "std": mode.std, "mode": mode.ns3, "rts": rng.randrange(2),
                   "payload_B": rng.randrange(40, 1473), "n": rng.randrange(1, 51) if scene == "sat" else 2,
                   "hops": rng.choice([1, 2, 9]) if scene == "chain" else 0, "rate": mode.mbps}


def play(program, case):
    """Mean over the seeds. How long: for FRAMES frames if a frame takes what its bits and 400 us take."""
    seconds = round(FRAMES * (8e-6 * (case["payload_B"] + 64) / case["rate"] + 4e-4), 2)
    goodputs, failures = [], []
    for seed in range(1, SEEDS + 1):
        run = subprocess.run([program, f"--scen={case['scene']}", f"--std={case['std']}", f"--mode={case['mode']}",
                              f"--rts={case['rts']}", f"--payload={case['payload_B']}", f"--n={case['n']}",
                              f"--cs={case['hops']}", f"--seed={seed}", f"--dur={seconds}"],
                             capture_output=True, text=True, check=True)
        row = run.stdout.strip().split(",")
        goodputs.append(float(row[9 if case["scene"] == "chain" else 8]))
        if case["scene"] == "chain":
            failures.append(1 - float(row[15]) / float(row[12]) if not case["rts"] else 0)
        else:
            failures.append(float(row[16]))
    return {**case, "seeds": SEEDS, "seconds": seconds, "goodput_Mbps": f"{statistics.mean(goodputs):.6g}",
            "goodput_half_range": f"{(max(goodputs) - min(goodputs)) / 2:.3g}",
            "fail_ratio": f"{statistics.mean(failures):.4g}"}


def make_sample(source, target, seed):
    program = build(source)
    with open(target, "w", encoding="utf-8", newline="") as file:
        file.write(f"# Random cases, drawn with seed {seed}, as played by ns-3 3.37 (tests/rf/reference/rfref.cc); mean of the"
                   " seeds. Made by scripts/radio_accuracy --sample. Conditions are those of ns3_saturation.csv,"
                   " ns3_hidden.csv and ns3_chain3hop.csv\n")
        out = csv.DictWriter(file, FIELDS, extrasaction="ignore", lineterminator="\n")
        out.writeheader()
        for case in draw(seed):
            out.writerow(play(program, case))
            file.flush()
