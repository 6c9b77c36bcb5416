#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""network_test.py --vesper PROGRAM --firmware DIR [TestClass...]: nodes on the host's network, on loopback only."""
import http.client
import json
import signal
import socket
import sys
import time

import system_test
from system_test import LONG, Vesper, firmware


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Network(Vesper):
    def scenario(self, name="s.toml", run="", network="", node="", app="hello"):
        return self.write(name, f'[run]\n{run}\n[[network]]\nname = "lan"\n{network}\n'
                                f'[[node]]\nfirmware = "{firmware(app)}"\n{node}\n')

    def get(self, port, path="/hello"):
        """What firmware answers, as soon as it does."""
        end = time.monotonic() + LONG
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", path)
                return connection.getresponse().read()
            except OSError:
                if time.monotonic() > end:
                    raise

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONG)
        self.assertEqual(process.returncode, 0, err)
        return out, err


class BadNetworks(Network):
    def refused(self, *expected, **parts):
        result = self.run_vesper("run", self.scenario(**parts), "--until", "1ms")
        self.expect_exit(result, 2)
        self.assertEqual(result.stderr.count("error:"), 1, result.stderr)
        for text in expected:
            self.assertIn(text, result.stderr)

    def test_names_and_values(self):
        self.refused("s.toml:", "node.ethernet: there is no network 'lam'; did you mean 'lan'?", node='ethernet = "lam"')
        self.refused("s.toml:", "there is no network 'wan'", node='uart1 = "tunnel:wan"')
        self.refused("s.toml:5", "'tcp:80' is no forward", network='forwards = ["tcp:80"]')
        self.refused("only slirp", network='backend = "none"\nforwards = ["tcp:8000-10.0.2.15:80"]')
        self.refused("address is missing", network='backend = "listen"')
        self.refused("is no network", network='subnet = "10.0.2.0"')
        self.refused("is no address of 10.0.2.0/24", network='host = "10.0.3.1"')
        self.refused("'fast' is no pace; expected realtime, max or a number", run='pace = "fast"')
        self.refused("there is no folder", network='pcap = "lan.pcap"')

    def test_a_busy_port(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            port = s.getsockname()[1]
            self.refused("port is in use", network=f'forwards = ["tcp:{port}-10.0.2.15:80"]')
            self.refused(f"127.0.0.1:{port}", node=f'uart1 = "bridge:127.0.0.1:{port}"')

    def test_records_that_are_none(self):
        self.write("r", b"something else")
        for bytes_, text in ((b"something else", "not a record of host input"), (b"VESPERIN\1\0\0\0" + bytes(15) + b"\x7f", "malformed at byte 12")):
            self.write("r", bytes_)
            self.refused(text, run='replay = "r"')


class Paths(Network):
    def test_pace_is_held_and_reported(self):
        began = time.monotonic()
        self.expect_exit(self.run_vesper("run", self.scenario(run='pace = "realtime"'), "--until", "300ms", "-o", "o"), 0)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        self.assertEqual(json.loads(self.read("o/metrics.json"))["pace"]["factor"], 1.0)

    def test_a_forward_is_enough(self):
        port = free_port()
        process = self.start_vesper("run", "--firmware", firmware("httpd"), "--forward", f"tcp:{port}-10.0.2.15:80",
                                    "--pace", "realtime")
        self.assertIn(b"Hello", self.get(port))
        _, err = self.stop(process)
        self.assertIn(f"tcp:{port}-10.0.2.15:80", err)

    def test_a_bridge_carries_bytes(self):
        port = free_port()
        process = self.start_vesper("run", "--firmware", firmware("echo"), "--set", f"node.0.uart0=bridge:{port}",
                                    "--pace", "realtime", "-o", "o")
        end = time.monotonic() + LONG
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port), timeout=LONG)
                break
            except OSError:
                self.assertLess(time.monotonic(), end)
        with connection:
            got = b""
            connection.sendall(b"over the wall\n")
            while b"OVER THE WALL\n" not in got:
                got += connection.recv(1000) or self.fail(got)
        self.stop(process)


class Recorded(Network):
    FILES = ("lan.pcap", "node0.eth.pcap", "node0.uart0.txt", "w.vcd")

    def metrics(self, folder):
        """All but the host's own figures."""
        figures = json.loads(self.read(f"{folder}/metrics.json"))
        figures.pop("pace", None)
        return figures

    def test_a_replay_gives_the_same_bytes(self):
        port = free_port()
        scenario = self.scenario(network=f'forwards = ["tcp:{port}-10.0.2.15:80"]', node='ethernet = "lan"', app="httpd")
        output = ("--pcap", "--trace", "node0.open_eth.*")
        process = self.start_vesper("run", scenario, "--pace", "realtime", "--record", "r", "-o", "a", "--vcd", "a/w.vcd",
                                    *output)
        for _ in range(3):
            self.assertIn(b"Hello", self.get(port))
        self.stop(process)
        with socket.socket() as s: # a replay opens no socket
            s.bind(("127.0.0.1", port))
            s.listen()
            for kernel in "systemc", "plain":
                again = self.run_vesper("run", scenario, "--replay", "r", "-o", kernel, "--vcd", f"{kernel}/w.vcd",
                                        "--set", f"run.kernel={kernel}", *output)
                self.expect_exit(again, 0)
                for name in self.FILES:
                    self.assertEqual(self.read(f"a/{name}"), self.read(f"{kernel}/{name}"), name)
                self.assertEqual(self.metrics("a"), self.metrics(kernel))
                self.assertGreater(self.metrics("a")["networks"][0]["from_host"]["frames"], 9)
        other = self.run_vesper("run", scenario, "--replay", "r", "--set", "node.0.cpu_clock=240MHz")
        self.expect_exit(other, 2)
        self.assertIn("node.0.cpu_clock", other.stderr)

    def test_consoles_are_recorded_too(self):
        self.write("typed", "one\ntwo\nquit\n")
        with open(self.folder / "typed", encoding="ascii") as typed:
            first = self.run_vesper("run", "--firmware", firmware("echo"), "--record", "r", "-o", "a", stdin=typed)
        again = self.run_vesper("run", "--firmware", firmware("echo"), "--replay", "r", "-o", "b")
        self.expect_exit(first, 0)
        self.expect_exit(again, 0)
        self.assertIn("echo: done", again.stdout)
        self.assertEqual(first.stdout, again.stdout)
        self.assertEqual(self.read("a/metrics.json"), self.read("b/metrics.json"))


class Joined(Network):
    def test_two_processes_share_a_network(self):
        """Each hears what the other one asks for: DHCP, which nobody answers."""
        link = self.folder / "link"
        far = self.scenario("far.toml", run="pace = 4", app="httpd", node='ethernet = "lan"',
                            network=f'backend = "listen"\naddress = "unix:{link}"')
        near = self.scenario("near.toml", run="pace = 4", app="httpd", node='ethernet = "lan"',
                             network=f'backend = "connect"\naddress = "unix:{link}"')
        one = self.start_vesper("run", far, "-o", "far", "--until", "10s")
        two = self.start_vesper("run", near, "-o", "near", "--until", "10s", "--set", "node.0.mac=24:0a:c4:00:01:00")
        for process in one, two:
            _, err = process.communicate(timeout=LONG)
            self.assertEqual(process.returncode, 0, err)
        for folder in "far", "near":
            network = json.loads(self.read(f"{folder}/metrics.json"))["networks"][0]
            self.assertGreater(network["from_host"]["frames"], 0, folder)
            self.assertGreater(network["ports"][0]["from_network"]["frames"], 0, folder)


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
