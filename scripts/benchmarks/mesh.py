# SPDX-License-Identifier: Apache-2.0
"""Meshes of growing size: scenarios/mesh25.toml with more or fewer ESP32s, as dense as before. Everybody runs the mesh
firmware, on one processor core; the figure is node-seconds of simulated time for a second of processor time."""
import pathlib

SCENARIO = pathlib.Path(__file__).resolve().parent.parent.parent / "scenarios" / "mesh25.toml"
SIZES = [4, 25, 100, 200]
SECONDS = {4: 30, 25: 30, 100: 12, 200: 12}  # of simulated time: neighbours, routes and the first messages
ONCE = 200


def measure(bench):
    for nodes in SIZES:
        name = f"mesh_{nodes}_nodes"
        if nodes >= ONCE and name in bench.samples:
            continue
        run = bench.run(bench.build / "vesper", "run", SCENARIO, "-q", "--until", f"{SECONDS[nodes]}s",
                        "--set", f"node.0.count={nodes}", "--set", "node.0.uart0=null",
                        "--set", f"node.0.firmware={bench.build / 'firmware' / 'mesh.elf'}", timeout=1200)
        bench.sample(name, nodes * SECONDS[nodes] / run.cpu, "node-s/s")
        if nodes == 25:
            bench.sample("mesh_25_nodes_times_real_time", SECONDS[nodes] / run.cpu, "")


def conclude(bench):
    bench.target("mesh_25_nodes_times_real_time", at_least=1)
