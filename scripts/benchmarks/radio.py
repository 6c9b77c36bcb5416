# SPDX-License-Identifier: Apache-2.0
"""The air: saturated stations beside ns-3 on the same case, and what a frame costs by how many hear it.

ns-3 (Debian: ns3, libns3-dev) plays tests/rf/reference/rfref.cc, our own program; without ns-3 it is left out.
Rates are in seconds of processor time; starting and ending, which is what an empty run takes, does not count.
"""
import csv
import io
import pathlib
import sys

from radio import ns3

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STATIONS, MBPS = 30, 54
OURS = {"seconds": 10, "warm_up": 1}
NS3 = {"dur": 2, "warm": 1}
# Nodes in a ring, and how many hear each: the cost of a frame must follow the second number, not the first.
RINGS = [(50, 10), (200, 10), (200, 40), (200, 160)]
RING_SECONDS, RING_RATE = 10, 10  # frames a second of each node
built = {}


def play(bench, *options):
    run = bench.run(bench.build / "tests" / "rf" / "radio_reference", "--std", "g", "--mode", f"OFDM {MBPS}", *options)
    return run.cpu, next(csv.DictReader(io.StringIO(run.output)))


def rfref(bench):
    if "program" not in built:
        source = ROOT / "tests" / "rf" / "reference" / "rfref.cc"
        built["program"] = ns3.build(source) if ns3.is_installed() else None
        if not built["program"]:
            print("bench: no ns-3 (Debian: ns3, libns3-dev) to compare with", file=sys.stderr)
    return built["program"]


def measure(bench):
    bench.sample("radio_nothing_time", play(bench, "--n", 1, "--seconds", 0.001, "--warm-up", 0)[0], "s")
    cpu, row = play(bench, "--n", STATIONS, "--preset", "ns3", "--seconds", OURS["seconds"], "--warm-up", OURS["warm_up"])
    bench.sample("radio_saturated_time", cpu / sum(OURS.values()), "s/s")
    bench.sample("radio_saturated_frames", float(row["frames_per_s"]), "frames/simulated s")
    bench.sample("radio_saturated_arrivals", float(row["deliveries"]) / cpu, "frames*hearers/s")
    if rfref(bench):
        run = bench.run(rfref(bench), "--scen=sat", "--std=g", f"--mode=ErpOfdmRate{MBPS}Mbps", f"--n={STATIONS}",
                        *(f"--{name}={value}" for name, value in NS3.items()))
        bench.sample("radio_saturated_ns3_time", run.cpu / sum(NS3.values()), "s/s")
    for nodes, hearers in RINGS:
        cpu, row = play(bench, "--scene", "ring", "--n", nodes, "--reach", hearers, "--payload", 100, "--pps",
                        RING_RATE * RINGS[-1][0] / nodes, "--seconds", RING_SECONDS, "--warm-up", 0)
        bench.sample(f"radio_ring_{nodes}_nodes_{hearers}_hearers_time", cpu, "s")
        bench.sample(f"radio_ring_{nodes}_nodes_{hearers}_hearers_frames", float(row["frames_per_s"]) * RING_SECONDS, "")


def conclude(bench):
    bench.figure("radio_saturated_frame_rate", bench.value("radio_saturated_frames") / bench.value("radio_saturated_time"),
                 "frames/s")
    for nodes, hearers in RINGS:
        name = f"radio_ring_{nodes}_nodes_{hearers}_hearers"
        cost = (bench.value(name + "_time") - bench.value("radio_nothing_time")) / bench.value(name + "_frames")
        bench.figure(name + "_cost", 1e6 * cost, "us/frame")
        bench.figure(name + "_cost_per_hearer", 1e6 * cost / hearers, "us")
    # As many hearers among four times as many nodes.
    bench.figure("radio_cost_200_nodes_over_50", bench.value("radio_ring_200_nodes_10_hearers_cost")
                 / bench.value("radio_ring_50_nodes_10_hearers_cost"), "")
    bench.target("radio_cost_200_nodes_over_50", at_most=2)  # 4, if all nodes counted
    if "radio_saturated_ns3_time" in bench.figures:
        bench.figure("radio_times_faster_than_ns3",
                     bench.value("radio_saturated_ns3_time") / bench.value("radio_saturated_time"), "")
        bench.target("radio_times_faster_than_ns3", at_least=5)
