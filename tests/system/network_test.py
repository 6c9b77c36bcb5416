#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""network_test.py --vesper PROGRAM --firmware DIR [TestClass...]: nodes on the host's network, on loopback only."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import system_test
from system_test import LONG, Vesper, firmware


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Network(Vesper):
    def scenario(self, name="s.toml", run="", network="", node="", app="hello", typed=""):
        text = (f'[run]\n{run}\n[[network]]\nname = "lan"\n{network}\n[[node]]\nfirmware = "{firmware(app)}"\n'
                f'{node}\n')
        if typed:
            text += f'[[input]]\nnode = "node0"\nat = "5ms"\ntext = "{typed}\\n"\n'
        return self.write(name, text)

    def get(self, port, path="/hello", host="127.0.0.1"):
        """What firmware answers, as soon as it does."""
        end = time.monotonic() + LONG
        while True:
            try:
                connection = http.client.HTTPConnection(host, port, timeout=10)
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
        bad_entry = b"VESPERIN\1\0\0\0" + bytes(15) + b"\x7f"
        for bytes_, text in (b"something else", "not a record of host input"), (bad_entry, "malformed at byte 12"):
            self.write("r", bytes_)
            self.refused(text, run='replay = "r"')


class Paths(Network):
    def test_pace_is_held_and_reported(self):
        began = time.monotonic()
        self.expect_exit(self.run_vesper("run", self.scenario(run='pace = "realtime"'), "--until", "300ms", "-o", "o"), 0)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        self.assertEqual(json.loads(self.read("o/metrics.json"))["pace"]["factor"], 1.0)

    def test_what_no_host_keeps_up_with_is_late(self):
        self.expect_exit(self.run_vesper("run", self.scenario(run="pace = 1e6"), "--until", "300ms", "-o", "o"), 0)
        pace = json.loads(self.read("o/metrics.json"))["pace"]
        self.assertGreater(pace["late_max_s"], 0)
        self.assertGreater(pace["late_mean_s"], 0)
        self.assertGreaterEqual(pace["late_max_s"], pace["late_mean_s"])

    def test_a_forward_is_enough(self):
        port = free_port()
        process = self.start_vesper("run", "--firmware", firmware("httpd"), "--forward", f"tcp:{port}-10.0.2.15:80",
                                    "--pace", "realtime")
        self.assertIn(b"Hello", self.get(port))
        _, err = self.stop(process)
        self.assertIn(f"tcp:{port}-10.0.2.15:80", err)

    def test_tunnels_of_nodes_with_an_address_of_their_own(self):
        """The host asks a node with fixed addresses and two that have leases, all by slirp."""
        ports = [free_port() for _ in range(3)]
        fixed = ('[[network]]\nname = "fixed"\nsubnet = "192.168.100.0/24"\nhost = "192.168.100.1"\n'
                 f'forwards = ["tcp:{ports[0]}-192.168.100.2:80"]\n')
        node = f'[[node]]\nfirmware = "{firmware("httpd")}"\nuart0 = "log"\n'
        forwards = f'forwards = ["tcp:{ports[1]}-10.0.2.15:80", "tcp:{ports[2]}-10.0.2.16:80"]'
        scenario = self.scenario(run="pace = 10", app="httpd", network=forwards,
                                 node='name = "leased"\nuart0 = "log"\nuart1 = "tunnel:lan"\ncount = 2')
        with open(scenario, "a", encoding="ascii") as file:
            file.write(f'{fixed}{node}uart1 = "tunnel:fixed"\n[[input]]\nnode = "leased"\nat = "5ms"\n'
                       'text = "uart dhcp\\n"\n')
        process = self.start_vesper("run", scenario)
        for port in ports:
            self.assertIn(b"Hello", self.get(port))
        self.stop(process)

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

    def test_a_record_survives_a_kill(self):
        """What the killed run had written is what the replay writes, as far as it goes."""
        port = free_port()
        scenario = self.scenario(network=f'forwards = ["tcp:{port}-10.0.2.15:80"]', node='ethernet = "lan"', app="httpd")
        process = self.start_vesper("run", scenario, "--pace", "realtime", "--record", "r", "-o", "a", "--pcap")
        until = 0
        while until < 2 * 1460: # answers in the capture
            self.assertIn(b"Hello", self.get(port))
            until = (self.folder / "a/lan.pcap").stat().st_size
        process.kill()
        process.communicate()
        for folder in "b", "c":
            again = self.run_vesper("run", scenario, "--replay", "r", "-o", folder, "--pcap", "--until", "20s")
            self.expect_exit(again, 0)
        for name in self.FILES[:2]:
            self.assertEqual(self.read(f"b/{name}"), self.read(f"c/{name}"), name)
            killed = self.read(f"a/{name}")
            self.assertEqual(self.read(f"b/{name}")[:len(killed)], killed, name)

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
    LINKS = {"stream": ('backend = "listen"\naddress = "unix:far"', 'backend = "connect"\naddress = "unix:far"'),
             "datagram": ('backend = "datagram"\naddress = "far"\npeer = "near"',
                          'backend = "datagram"\naddress = "near"\npeer = "far"')}

    def read_until(self, process, text):
        got = ""
        while text not in got:
            line = process.stdout.readline()
            self.assertTrue(line, f"no {text!r} in {got!r}")
            got += line
        return got

    def test_two_processes_share_a_network_until_one_is_killed(self):
        for kind, (far, near) in self.LINKS.items():
            with self.subTest(kind):
                server = self.start_vesper("run", self.scenario("far.toml", run="pace = 10", app="httpd", network=far,
                                                                node='ethernet = "lan"', typed="eth 10.0.2.15/24"))
                client = self.start_vesper("run", self.scenario("near.toml", run="pace = 10", app="netcheck", network=near,
                                                                node='ethernet = "lan"'),
                                           "--set", "node.0.mac=24:0a:c4:00:01:00", "--set", "run.stop_on=[\"done\"]",
                                           stdin=subprocess.PIPE)
                self.read_until(server, "http://10.0.2.15/")
                self.type(client, "eth 10.0.2.16/24\nget 10.0.2.15/large?size=20000\n")
                self.assertIn("status=200 bytes=20000", self.read_until(client, "get result="))
                server.kill()
                self.type(client, "ping 10.0.2.15 1\n")
                self.assertIn("sent=1 received=0", self.read_until(client, "received="))
                self.type(client, "end\n")
                _, err = client.communicate(timeout=LONG)
                self.assertEqual(client.returncode, 0, err)

    @staticmethod
    def type(process, text):
        process.stdin.write(text)
        process.stdin.flush()


class Taps(Network):
    """An interface of the host, where the user may open one."""

    def tap(self):
        name = f"vsp{os.getpid() % 100000}"
        return name, self.scenario(run="pace = 10", app="httpd", typed="eth 10.77.0.2/24", node='ethernet = "lan"',
                                   network=f'backend = "tap"\naddress = "{name}"')

    def refused(self, err):
        self.assertEqual(err.count("error:"), 1, err)
        self.assertIn("cannot open the TAP interface", err)

    def test_a_node_at_an_interface(self):
        name, scenario = self.tap()
        process = self.start_vesper("run", scenario)
        while not pathlib.Path("/sys/class/net", name).exists():
            if process.poll() is not None:
                _, err = process.communicate()
                self.assertEqual(process.returncode, 2, err)
                self.refused(err)
                self.skipTest(err.strip())
            time.sleep(0.01)
        for command in f"ip address add 10.77.0.1/24 dev {name}", f"ip link set {name} up":
            if subprocess.run(command.split(), check=False).returncode:
                self.skipTest(f"not permitted: {command}")
        self.assertIn(b"Hello", self.get(80, host="10.77.0.2"))
        self.stop(process)

    def test_not_permitted(self):
        if os.geteuid():
            self.skipTest("only root can become somebody else")
        self.folder.chmod(0o755)
        _, scenario = self.tap()
        result = self.run_vesper("run", scenario, "--until", "1ms", user=65534, extra_groups=[])
        if "cannot execute" in result.stderr or "Permission denied" in result.stderr and "TAP" not in result.stderr:
            self.skipTest("the program is in a folder of its owner")
        self.expect_exit(result, 2)
        self.refused(result.stderr)


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
