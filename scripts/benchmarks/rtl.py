# SPDX-License-Identifier: Apache-2.0
"""RTL in place of models: scenarios/rtl_mesh5.toml with parts of one radio as RTL, against the models, in turns. The
figure is what that node's part costs: processor seconds for a second of simulated time, and by how much a node with RTL
is slower than a node without."""
import pathlib

SCENARIO = pathlib.Path(__file__).resolve().parent.parent.parent / "scenarios" / "rtl_mesh5.toml"
PARTS = ("mac_backoff", "baseband", "fcs")
SECONDS, NODES = 4, 5
VARIANTS = {"model": (), "backoff": ("mac_backoff",), "baseband": ("baseband",), "fcs": ("fcs",), "all": PARTS}


def measure(bench):
    for name, in_rtl in VARIANTS.items():
        settings = []
        for n in range(3):
            settings += ["--set", f"node.{n}.firmware={bench.build / 'firmware' / 'mesh.elf'}",
                         "--set", f"node.{n}.uart0=null"]
        for part in PARTS:
            settings += ["--set", f"node.1.{part}={'rtl' if part in in_rtl else 'model'}"]
        run = bench.run(bench.build / "vesper", "run", SCENARIO, "-q", "--until", f"{SECONDS}s",
                        "--set", "output.pcap=false", *settings, timeout=600)
        bench.sample(f"rtl_{name}_seconds", run.cpu, "s")


def conclude(bench):
    node = bench.value("rtl_model_seconds") / NODES
    for name in VARIANTS:
        if name != "model":
            more = bench.value(f"rtl_{name}_seconds") - bench.value("rtl_model_seconds")
            bench.figure(f"rtl_{name}_for_a_simulated_second", more / SECONDS, "s")
            bench.figure(f"rtl_{name}_slows_its_node_down", (node + more) / node, "times")
