#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""radio_test.py --vesper PROGRAM --firmware DIR [TestClass...]: scenarios with a radio, from the command line to their files."""
import json
import re
import shutil
import subprocess
import sys

import system_test
from system_test import OPTIONS, ROOT, Vesper, firmware

SCENES = ROOT / "scenarios"


class RadioRun(Vesper):
    """Runs a scenario of the repository, with changes."""

    def play(self, name, *settings, output="out", until="1s", **options):
        arguments = ["run", SCENES / f"{name}.toml", "-q", "-o", output, "--until", until]
        for setting in settings:
            arguments += ["--set", setting]
        result = self.run_vesper(*arguments, **options)
        self.expect_exit(result, 0)
        return json.loads(self.read(f"{output}/metrics.json"))["radio"]

    @staticmethod
    def goodput(radio, end):
        """Mbit/s of all packets that arrived."""
        return sum(link["packets"]["bytes"] for link in radio["links"] if "packets" in link) * 8e-6 / end

    @staticmethod
    def sender(radio, name):
        return next(node["sent"] for node in radio["nodes"] if node["name"] == name)

    @classmethod
    def failed(cls, radio, name):
        sent = cls.sender(radio, name)
        return (sent["no_ack"] + sent["no_cts"]) / sent["attempts"]


class Scenes(RadioRun):
    """Each scenario shows what its comment says."""

    def test_saturated_stations_share_the_channel(self):
        # Reference data, ns3_saturation.csv: 27.61 Mbit/s, 36 % of attempts fail.
        ns3 = self.play("saturation", "radio.preset=ns3", until="5s")
        self.assertAlmostEqual(self.goodput(ns3, 5), 27.61, delta=0.02 * 27.61)
        self.assertAlmostEqual(self.failed(ns3, "sender3"), 0.363, delta=0.04)
        one = self.play("saturation", "station.1.count=1")
        self.assertEqual(self.sender(one, "sender")["retries"], 0)

    def test_hidden_stations_need_rts(self):
        without = self.play("hidden", until="2s")
        rts = self.play("hidden", "station.1.rts=true", "station.2.rts=true", until="2s")
        self.assertGreater(self.failed(without, "left"), 0.5)
        self.assertGreater(self.goodput(rts, 2), 1.5 * self.goodput(without, 2))

    def test_the_stronger_signal_captures(self):
        radio = self.play("capture", until="2s")
        equal = self.play("capture", "link.1.loss=70", until="2s")
        self.assertLess(self.failed(radio, "near"), 0.01)
        self.assertGreater(self.failed(radio, "far"), 0.05)
        self.assertAlmostEqual(self.failed(equal, "near"), self.failed(equal, "far"), delta=0.05)

    def test_packets_go_over_a_chain(self):
        radio = self.play("chain", until="2s")
        self.assertGreater(self.goodput(radio, 2), 1)
        link = self.play("hidden", "station.2.traffic=none", until="2s")
        self.assertLess(self.goodput(radio, 2), self.goodput(link, 2) / 3)
        self.assertGreater(self.failed(radio, "source"), 0.2)

    def test_an_oven_takes_half_of_the_time(self):
        beside = self.play("interference", until="2s")
        away = self.play("interference", "radio.channel=1", until="2s")
        jammed = self.play("interference", "interferer.2.start=0s", "interferer.2.stop=2s", until="2s")
        self.assertAlmostEqual(self.goodput(beside, 2) / self.goodput(away, 2), 0.5, delta=0.1)
        self.assertLess(self.goodput(jammed, 2), 0.1)

    def test_walls_and_a_door(self):
        closed = self.play("walls", until="2s")
        opened = self.play("walls", "attenuator.1.at=1s", until="2s")
        free = self.play("walls", "wall.0.loss=0", "wall.1.loss=0", "wall.2.loss=0", "attenuator.0.loss=0", until="2s")
        self.assertGreater(self.failed(closed, "room2"), 0.95)
        self.assertLess(self.failed(opened, "room2"), 0.95)
        self.assertLess(self.failed(free, "room2"), 0.05)
        self.assertEqual([self.failed(r, "room0") < 0.02 for r in (closed, opened, free)], [True] * 3)

    def test_a_walker_goes_out_of_reach_and_falls_back(self):
        near = self.play("mobility", until="5s")
        far = self.play("mobility", "station.1.fallback=0", until="40s")
        helped = self.play("mobility", until="40s")
        self.assertEqual(self.sender(near, "walker")["dropped"], 0)
        self.assertGreater(self.sender(far, "walker")["dropped"], 1000)
        self.assertLess(self.sender(helped, "walker")["dropped"], 100)

    def test_clients_join_a_protected_network_and_doze(self):
        radio = self.play("wifi", until="10s")
        by_name = {node["name"]: node for node in radio["nodes"]}
        for name in ("desk0", "desk1", "desk2", "sensor0", "sensor1"):
            self.assertGreaterEqual(by_name[name]["sent"]["delivered"], 4, "authentication, association, handshake")
        self.assertLess(by_name["sensor1"]["energy"]["total_j"], 0.4 * by_name["desk1"]["energy"]["total_j"])
        self.assertAlmostEqual(by_name["ap0"]["sent"]["group_frames"], 10 / 0.1024, delta=2)
        strangers = self.play("wifi", "client.0.passphrase=wrong password", until="10s")
        sent = {node["name"]: node["sent"]["delivered"] for node in strangers["nodes"]}
        self.assertGreater(sent["desk0"], 8, "it tries again and again")


class SameBytes(RadioRun):
    """The same bytes, whoever drives, however often: figures, captures, waveform, consoles."""

    def files(self, name, output, *settings):
        self.play(name, "output.pcap=true", f"trace.vcd={output}/wave.vcd", *settings, output=output)
        return {p.name: p.read_bytes() for p in sorted((self.folder / output).iterdir())
                if p.name != "scenario.effective.toml"}

    def check(self, name, *settings):
        first = self.files(name, "a", *settings)
        self.assertIn("radio.1.pcap", first)
        for kernel in ("systemc", "plain"):
            shutil.rmtree(self.folder / "b", ignore_errors=True)
            again = self.files(name, "b", f"run.kernel={kernel}", *settings)
            self.assertEqual(sorted(first), sorted(again))
            for file, content in first.items():
                self.assertTrue(content == again[file], f"{name}: {file} differs with the {kernel} kernel")
        other = self.files(name, "b", "run.seed=2", *settings)
        self.assertNotEqual(first["radio.1.pcap"], other["radio.1.pcap"], "the seed is of no consequence")

    def test_stations(self):
        self.check("saturation", "station.1.count=5", "station.1.placement=disc", "radio.fading=rayleigh",
                   "radio.path_loss=log_distance")

    def test_a_protected_network(self):
        self.check("wifi", "run.until=3s")

    def test_firmware_and_stations_together(self):
        self.check("mesh25", f"node.0.firmware={firmware('mesh')}", "node.0.count=4", "run.until=4s",
                   "station.0.traffic=poisson", "station.0.pps=200", "station.0.to=node1", "station.0.position=120,90,1")


class Mesh(RadioRun):
    """Virtual ESP32s with firmware find each other over the air, and route."""

    def test_nine_nodes_deliver_over_several_hops(self):
        radio = self.play("mesh25", f"node.0.firmware={firmware('mesh')}", "node.0.count=9", "node.0.spacing=130",
                          "node.0.uart0=null", "output.pcap=true", until="12s")
        consoles = "".join(self.read(f"out/node{n}.uart0.txt").decode() for n in range(9))
        hops = [int(h) for h in re.findall(r"mesh: deliver .* hops=(\d+)", consoles)]
        self.assertGreater(len(hops), 20)
        self.assertGreater(max(hops), 1)
        lost = re.findall(r"mesh: done .* lost=(\d+)", consoles)
        self.assertEqual([n for n in lost if n != "0"], [])
        for node in radio["nodes"]:
            self.assertGreater(node["received"]["ok"], 50)
            self.assertEqual(node["sent"]["attempts"], node["sent"]["frames"] + node["sent"]["retries"])
        read = subprocess.run(["tshark", "-r", self.folder / "out/radio.1.pcap", "-Y", "_ws.malformed || wlan.fcs.status == 0"],
                              capture_output=True, text=True, check=True)
        self.assertEqual(read.stdout, "")

    def test_a_node_alone_has_no_air(self):
        self.write("s.toml", f"[run]\nuntil = '100ms'\n[[node]]\nfirmware = '{firmware('mesh')}'\n")
        self.expect_exit(self.run_vesper("run", "s.toml", "-q", "-o", "out"), 0)
        self.assertNotIn("radio", json.loads(self.read("out/metrics.json")))

    def test_firmware_without_a_radio_runs_among_others(self):
        self.write("s.toml", f"[run]\nuntil = '20ms'\n[[node]]\nfirmware = '{firmware('hello')}'\ncount = 3\n")
        self.expect_exit(self.run_vesper("run", "s.toml", "-q", "-o", "out"), 0)
        radio = json.loads(self.read("out/metrics.json"))["radio"]
        self.assertEqual({node["transmitted"]["frames"] for node in radio["nodes"]}, {0})


class BadScenes(RadioRun):
    """One message with its place; nothing is left behind."""

    def check(self, text, message, **files):
        self.write("s.toml", text)
        for name, content in files.items():
            self.write(f"{name}.csv", content)
        result = self.run_vesper("run", "s.toml", "--until", "1ms", "-o", "out")
        self.expect_exit(result, 2)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        self.assertRegex(result.stderr, message)
        self.assertFalse((self.folder / "out").exists())

    def test_files_with_places_and_losses(self):
        matrix = "[radio]\npath_loss = 'matrix'\nmatrix_file = 'm.csv'\n[[station]]\ncount = 2\n"
        self.check(matrix, r"m\.csv:3: expected from,to,loss_db", m="from,to,loss\n0,1,70\n1,2,70\n")
        self.check(matrix, r"m\.csv:1: expected from,to,loss_db", m="0,1,loud\n0,1\n")
        places = "[[station]]\ncount = 2\nplacement = 'file'\npositions_file = 'p.csv'\n"
        self.check(places, r"p\.csv:2: '1' is not a place", p="0,0\n1\n")
        self.check(places, r"p\.csv: 1 places for 2", p="# only one\n0,0\n")
        self.check("[[station]]\nplacement = 'file'\npositions_file = 'none.csv'\n", r"none\.csv: cannot be read")
        times = "[[station]]\ntraffic = 'file'\ntraffic_file = 't.csv'\n"
        self.check(times, r"t\.csv:2: times must ascend", t="2ms\n1ms\n")
        self.check(times, r"t\.csv:1: '2' has no unit", t="2\n")

    def test_what_contradicts_itself(self):
        node = f"[[node]]\nfirmware = '{firmware('hello')}'\ncount = 2\n"
        self.check("[run]\nquantum = '5us'\n" + node, r"s\.toml:2:11: quantum: with a radio at most 1us")
        self.check("[[station]]\nname = 'a'\ncount = 2\ntraffic = 'saturated'\nto = 'a0'\n",
                   r"a0: to: a station does not send to itself")
        self.check("[[station]]\ncount = 4000\n[[node]]\nfirmware = 'x'\ncount = 200\n", r"4200 antennas; the air has room for 4096")


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
