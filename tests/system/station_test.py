#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""station_test.py --vesper PROGRAM --firmware DIR [TestClass...]: the guest's Wi-Fi station on a simulated network: how it
joins, what it does when it cannot, how it stays, and what an eavesdropper hears."""
import re
import shutil
import subprocess
import sys

import system_test
from system_test import ROOT, Vesper, firmware

PASSPHRASE = "correct horse"
SECURE = f"[[ap]]\nssid = 'laboratory'\npassphrase = '{PASSPHRASE}'\n"
WRONG_PASSPHRASE, NO_NETWORK, BEACONS_LOST = 259, 256, 261
ALL = "ff:ff:ff:ff:ff:ff"


class StationRun(Vesper):
    def play(self, scene, commands, nodes=2, until=3, settings=()):
        """Consoles of nodes that are told these commands, and then to join."""
        commands = "channel 1\\nssid laboratory\\n" + commands.replace("\n", "\\n")
        self.write("scene.toml", f"""[run]
until = '{until}s'
fail_on = ['FAILED']
[radio]
path_loss = 'fixed'
loss = 70
{scene}
[[node]]
firmware = '{firmware("station")}'
count = {nodes}
cpu_clock = '240MHz'
[[input]]
at = '5ms'
text = "{commands}\\nseconds {until - 1}\\n"
[[input]]
at = '25ms'
text = "join\\n"
""")
        result = self.run_vesper("run", "scene.toml", "-q", "-o", "out", "--pcap", *settings)
        self.expect_exit(result, 0)
        return [self.read(f"out/node{n}.uart0.txt").decode() for n in range(nodes)]

    @staticmethod
    def fields(console, what):
        line = [text for text in console.splitlines() if text.startswith(f"station: {what}")][-1]
        return {name: int(value) for name, value in re.findall(r"(\w+)=(-?\d+)\b", line)}

    @staticmethod
    def steps(console):
        return re.findall(r"^station: +\d+ ms (scanning|authenticating|associating|handshake|up|pausing|off)$", console,
                          re.M)

    def tshark(self, what, *options):
        """Frames of the air that a display filter lets pass, seen by who knows the passphrase."""
        read = subprocess.run(["tshark", "-r", self.folder / "out/radio.1.pcap", "-o", "wlan.enable_decryption:TRUE",
                               "-o", f'uat:80211_keys:"wpa-pwd","{PASSPHRASE}:laboratory"', "-Y", what, *options],
                              capture_output=True, text=True, check=True)
        return read.stdout.splitlines()

    def expect_echoes(self, console, number):
        pings = self.fields(console, "pings")
        self.assertEqual((pings["sent"], pings["replies"]), (number, number))
        # Four frames, each after DIFS and a backoff; and the programs on both sides.
        self.assertGreater(pings["least"], 4 * (28 + 40 + 40))
        self.assertLess(pings["mean"], 5000)


class Joins(StationRun):
    """From power-on to echoes through the access point."""

    def test_an_open_network(self):
        consoles = self.play("[[ap]]\nssid = 'laboratory'\n", "pings 8\nto 24:0a:c4:00:00:00")
        for console in consoles:
            self.assertEqual(self.steps(console), ["scanning", "authenticating", "associating", "up"])
        self.expect_echoes(consoles[1], 8)
        self.assertEqual(self.tshark("wlan.fc.protected == 1"), [])

    def test_a_protected_network_and_what_an_eavesdropper_hears(self):
        consoles = self.play(SECURE, f"pass {PASSPHRASE}\npings 8\nto 24:0a:c4:00:00:00")
        for console in consoles:
            self.assertEqual(self.steps(console), ["scanning", "authenticating", "associating", "handshake", "up"])
            done = self.fields(console, "done")
            self.assertEqual((done["undecryptable"], done["replays"], done["malformed"]), (0, 0, 0))
        self.expect_echoes(consoles[1], 8)
        data = "wlan.fc.type_subtype == 0x20 && !eapol"
        self.assertEqual(self.tshark(f"{data} && wlan.fc.protected == 0"), [])
        frames = self.tshark(f"{data} && wlan.fc.retry == 0 && wlan.ta != wlan.bssid")
        readable = self.tshark("llc.type == 0x88b5 && wlan.fc.retry == 0 && wlan.ta != wlan.bssid")
        self.assertEqual(len(frames), 16, "requests and replies")
        self.assertEqual(len(readable), len(frames))
        numbers = self.tshark(f"{data} && wlan.fc.retry == 0 && wlan.ta == 24:0a:c4:00:00:04", "-Tfields", "-e",
                              "wlan.ccmp.extiv")
        self.assertEqual(numbers, [f"0x{n:012x}" for n in range(1, len(numbers) + 1)])
        self.assertEqual(self.tshark("_ws.malformed || wlan.fcs.status == 0"), [])

    def test_an_802_11n_network_at_its_fastest_rate(self):
        receiver, sender = self.play(SECURE + "standard = 'n'\n",
                                     f"pass {PASSPHRASE}\nsize 1514\nto 24:0a:c4:00:00:00\nburst 300")
        self.assertIn("rate=MCS7", sender)
        self.assertEqual(self.fields(receiver, "sink")["frames"], 300)
        self.assertEqual(self.tshark("wlan.fc.type_subtype == 0x20 && !eapol"), [], "with WMM all data have QoS")

    def test_the_strongest_of_several_on_all_channels(self):
        scene = "".join(f"[[ap]]\nname = 'ap{n}'\nssid = '{ssid}'\npassphrase = '{PASSPHRASE}'\nchannel = {channel}\n"
                        f"shield = {shield}\nbeacon_offset = '{10 * n}ms'\n"
                        for n, (ssid, channel, shield) in enumerate([("laboratory", 3, 10), ("laboratory", 11, 0),
                                                                     ("elsewhere", 6, 5)]))
        console, = self.play(scene, f"pass {PASSPHRASE}\nchannel 0", nodes=1, until=2)
        found = re.findall(r"found ssid=(\w+) bssid=\S+ ch=(\d+) rssi=(-\d+) wpa2", console)
        self.assertEqual([(ssid, channel) for ssid, channel, _ in found][-1], ("laboratory", "3"))
        self.assertEqual({(s, c, r) for s, c, r in found},
                         {("laboratory", "11", "-50"), ("elsewhere", "6", "-55"), ("laboratory", "3", "-60")})
        self.assertRegex(console, r"joined bssid=02:00:00:00:00:02 ch=11 rssi=-50")

    def test_listening_only(self):
        console, = self.play(SECURE, f"pass {PASSPHRASE}\npassive 1", nodes=1, until=2)
        self.assertIn("joined", console)
        self.assertEqual(self.tshark("wlan.fc.type_subtype == 4"), [])


class Fails(StationRun):
    """What the program is told when it does not work, and that it is tried again."""

    def test_the_wrong_passphrase(self):
        console, = self.play(SECURE, "pass battery staple", nodes=1, until=6)
        reasons = re.findall(r"down reason=(\d+) \((.*)\)", console)
        self.assertEqual(set(reasons), {(str(WRONG_PASSPHRASE), "wrong passphrase")})
        self.assertGreaterEqual(len(reasons), 2)

    def test_no_such_network_or_not_of_this_kind(self):
        for scene, commands in ((SECURE, "ssid other\npass 12345678"), (SECURE, ""),
                                ("[[ap]]\nssid = 'laboratory'\n", "pass 12345678")):
            console, = self.play(scene, commands, nodes=1, until=2)
            self.assertEqual(set(re.findall(r"down reason=(\d+)", console)), {str(NO_NETWORK)})
            self.assertNotIn("authenticating", console)


class Stays(StationRun):
    """While the network changes."""

    def test_a_link_of_changing_quality(self):
        scene = SECURE + "".join(f"[[attenuator]]\nfrom = 'ap0'\nto = 'node1'\nloss = {loss}\nat = '{at}s'\n"
                                 for at, loss in ((0.1, 34), (1.2, 0)))
        _, sender = self.play(scene, f"pass {PASSPHRASE}\npings 60\ninterval 20\nsize 1000\nto 24:0a:c4:00:00:00")
        pings, done = self.fields(sender, "pings"), self.fields(sender, "done")
        self.assertGreaterEqual(pings["replies"], 55)
        self.assertGreater(done["retries"], 5)
        self.assertRegex(sender, "rate=(48|54)M")

    def test_an_access_point_that_is_switched_off_and_on(self):
        scene = SECURE + "".join(f"[[attenuator]]\nfrom = 'ap0'\nloss = {loss}\nat = '{at}s'\n"
                                 for at, loss in ((1, 300), (5, 0)))
        consoles = self.play(scene, f"pass {PASSPHRASE}\npings 40\ninterval 200\nto 24:0a:c4:00:00:00", until=10)
        for console in consoles:
            self.assertEqual(re.findall(r"down reason=(\d+)", console)[0], str(BEACONS_LOST))
            done = self.fields(console, "done")
            self.assertEqual((done["connections"], done["disconnections"]), (2, 1))
        pings = self.fields(consoles[1], "pings")
        self.assertGreaterEqual(pings["replies"], 10)

    def test_new_group_keys(self):
        scene = SECURE + "group_rekey = '700ms'\n"
        consoles = self.play(scene, f"pass {PASSPHRASE}\npings 20\nto {ALL}", nodes=3)
        for console in consoles:
            done, pings = self.fields(console, "done"), self.fields(console, "pings")
            self.assertEqual(done["rekeys"], 2)
            self.assertEqual((done["undecryptable"], done["replays"], done["disconnections"]), (0, 0, 0))
            # To all: each of the two others answers. Broadcasts are not repeated when they collide.
            self.assertGreaterEqual(pings["replies"], 2 * pings["sent"] - 8)

    def test_leaving_and_coming_back(self):
        console, = self.play(SECURE, f"pass {PASSPHRASE}\noff 800\non 1200", nodes=1, until=3)
        self.assertEqual(len(re.findall("joined", console)), 2)
        self.assertIn("down reason=262 (stopped)", console)
        self.assertEqual(len(self.tshark("wlan.fc.type_subtype == 12 && wlan.fixed.reason_code == 3")), 1)


class SameBytes(StationRun):
    """Keys, nonces and backoffs come from the seed: both kernels, twice the same."""

    def test_the_scenario(self):
        contents = []
        for kernel in ("systemc", "plain"):
            shutil.rmtree(self.folder / "out", ignore_errors=True)
            result = self.run_vesper("run", ROOT / "scenarios/station.toml", "--set",
                                     f"node.0.firmware={firmware('station')}", "--set", f"run.kernel={kernel}", "-q", "-o",
                                     "out", "--pcap", "--until", "4.2s")
            self.expect_exit(result, 0)
            contents.append({p.name: p.read_bytes() for p in sorted((self.folder / "out").iterdir())
                             if p.name != "scenario.effective.toml"})
        for name, content in contents[0].items():
            self.assertTrue(content == contents[1][name], f"{name} differs")
        for n in range(3):
            console = contents[0][f"node{n}.uart0.txt"].decode()
            self.assertIn("new group key", console)
            if n > 0:
                self.expect_echoes(console, 20)


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
