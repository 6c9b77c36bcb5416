#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""guest_radio_test.py --vesper PROGRAM --firmware DIR [TestClass...]: the guest's Wi-Fi driver and the programs on it,
held against what the standard's times say."""
import json
import re
import sys

import system_test
from system_test import Vesper, firmware

SIFS, SLOT, EXTENSION = 10, 9, 6
DIFS = SIFS + 2 * SLOT
ACK_24 = 20 + 4 * 2 + EXTENSION  # 14 bytes at 24 Mbit/s: two symbols
CW_MIN = 15


def ofdm(rate, psdu):
    """Time on the air at 6..54 Mbit/s, us (18.5.3.2)."""
    return 20 + 4 * -(-(16 + 8 * psdu + 6) // (4 * rate)) + EXTENSION


class GuestRun(Vesper):
    """Virtual ESP32s in reach of each other; what their programs print."""

    loss = 70

    def play(self, scene, count):
        self.write("scene.toml", f"[radio]\npath_loss = 'fixed'\nloss = {self.loss}\n" + scene)
        result = self.run_vesper("run", "scene.toml", "-q", "-o", "out",
                                 *(["--set", "node.0.uart0=null"] if count else []))
        self.expect_exit(result, 0)
        return [self.read(f"out/node{n}.uart0.txt").decode() for n in range(count)]

    @staticmethod
    def fields(console, line):
        """name=number of the last line that begins so."""
        found = [text for text in console.splitlines() if text.startswith(line)]
        assert found, f"no line '{line}' in\n{console[-2000:]}"
        return {name: int(value) for name, value in re.findall(r"(\w+)=(-?\d+)\b", found[-1])}

    def saturate(self, nodes, seconds, commands=""):
        text = f"seconds {seconds}\\n{commands}"
        return self.play(f"[run]\nuntil = '{seconds + 0.5}s'\n[[node]]\nfirmware = '{firmware('saturate')}'\n"
                         f"count = {nodes}\n[[input]]\nat = '20ms'\ntext = \"{text}\"\n", nodes)


class Driver(GuestRun):
    """The program `wifi` checks the MAC and the driver from the inside."""

    def test_all_checks_pass(self):
        console, = self.play(f"use = 'on'\n[run]\nuntil = '1s'\n[[node]]\nfirmware = '{firmware('wifi')}'\n", 1)
        self.assertRegex(console, r"wifi: \d+ checks passed")


class Saturate(GuestRun):
    """A driver that always has a frame ready costs the air nothing."""

    def expected(self, seconds, rate, psdu, extra=0):
        cycle = DIFS + CW_MIN / 2 * SLOT + extra + ofdm(rate, psdu) + SIFS + ACK_24
        return seconds * 1e6 / cycle

    def test_one_sender_is_as_fast_as_the_standard_lets_it(self):
        receiver, sender = self.saturate(2, 2)
        sent, received = self.fields(sender, "saturate: done"), self.fields(receiver, "saturate: done")
        # The mean of 5000 backoffs varies by 0.15 % of a cycle.
        self.assertAlmostEqual(sent["frames"] / self.expected(2, 54, 1536), 1, delta=0.006)
        self.assertEqual((sent["retries"], sent["dropped"]), (0, 0))
        self.assertEqual(received["received"], sent["frames"])

    def test_rts_costs_an_rts_and_a_cts(self):
        _, sender = self.saturate(2, 1, "rts 0\\n")
        exchange = ofdm(24, 20) + SIFS + ACK_24 + SIFS
        sent = self.fields(sender, "saturate: done")
        self.assertAlmostEqual(sent["frames"] / self.expected(1, 54, 1536, exchange), 1, delta=0.01)

    def test_a_receiver_hears_each_frame_of_many_senders_once(self):
        receiver, *senders = self.saturate(5, 1, "size 400\\n")
        received = self.fields(receiver, "saturate: done")
        sent = [self.fields(console, "saturate: done") for console in senders]
        delivered, retries = sum(s["frames"] for s in sent), sum(s["retries"] for s in sent)
        self.assertEqual(received["peers"], 4)
        self.assertGreater(retries, 100, "nobody collided")
        # A frame whose every ACK was lost is delivered and not known to be.
        self.assertLessEqual(abs(received["received"] - delivered), sum(s["dropped"] for s in sent))
        shares = [s["frames"] / delivered for s in sent]
        self.assertLess(max(shares), 0.35)

    def test_as_fast_as_stations_without_a_cpu(self):
        """The chip counts slots as EDCA does, so stations that do so are its equals; their QoS header has two bytes more."""
        receiver, *_ = self.saturate(4, 4)
        self.play("[run]\nuntil = '4s'\n[[station]]\nname = 'sink'\nstandard = 'n'\n[[station]]\nname = 'sender'\n"
                  "count = 3\nstandard = 'n'\naifsn = 2\ntraffic = 'saturated'\nto = 'sink'\npayload = 1470\n", 0)
        radio = json.loads(self.read("out/metrics.json"))["radio"]
        stations = sum(link["packets"]["bytes"] for link in radio["links"] if "packets" in link) / 1470
        self.assertAlmostEqual(self.fields(receiver, "saturate: done")["received"] / stations, 1, delta=0.02)

    def test_a_link_too_weak_for_the_rate_gets_through_by_fallback(self):
        self.loss = 105  # -85 dBm: 54 and 48 Mbit/s do not survive, 18 does
        _, faithful = self.saturate(2, 1, "size 400\\n")
        _, flexible = self.saturate(2, 1, "size 400\\nfallback 1\\n")
        self.assertEqual(self.fields(faithful, "saturate: done")["frames"], 0)
        done = self.fields(flexible, "saturate: done")
        self.assertGreater(done["frames"], 200)
        self.assertLess(done["dropped"], done["frames"] / 20)


class Sniffer(GuestRun):
    """Everything on the channel, with the hardware's time stamps."""

    def test_frames_and_their_acknowledgements_are_seen_at_their_times(self):
        console, = self.play(f"[run]\nuntil = '1.2s'\n[[node]]\nfirmware = '{firmware('sniffer')}'\n"
                             "[[input]]\nat = '20ms'\ntext = \"seconds 1\\n\"\n"
                             "[[station]]\nname = 'sink'\n[[station]]\nname = 'sender'\ntraffic = 'periodic'\n"
                             "to = 'sink'\npayload = 200\nrate = 'OFDM 54'\n", 1)
        seen = re.findall(r"us=(\d+) ch=1 rssi=(-\d+) noise=-\d+ rate=(\S+) len=(\d+) (\w+) ", console)
        data = [(int(us), length) for us, _, rate, length, kind in seen if kind == "Data" and rate == "54M"]
        acks = {int(us) for us, _, rate, length, kind in seen if (kind, rate, length) == ("ACK", "24M", "14")}
        self.assertGreaterEqual(len(data), 5)
        for us, _ in data:
            self.assertTrue({us + SIFS + ACK_24 - 1, us + SIFS + ACK_24, us + SIFS + ACK_24 + 1} & acks, f"no ACK after {us}")
        self.assertEqual({rssi for _, rssi, *_ in seen}, {"-50"})  # 20 dBm less 70 dB
        self.assertEqual(self.fields(console, "sniffer: done")["not_told"], 0)


class Mesh(GuestRun):
    """What the protocol says of the time is what the air took."""

    def test_delays_are_those_of_the_air_although_the_crystals_differ(self):
        scene = "".join(f"[[node]]\nname = 'node{n}'\nfirmware = '{firmware('mesh')}'\ncrystal_ppm = {ppm}\nuart0 = 'null'\n"
                        for n, ppm in enumerate((20, -20)))
        scene += "[[input]]\nat = '20ms'\ntext = \"start 4\\nseconds 4\\ninterval 100\\n\"\n"
        consoles = self.play("[run]\nuntil = '12s'\n" + scene, 2)
        airtime = ofdm(6, 24 + 4 + 26 + 64 + 4)
        for console in consoles:
            delays = [int(us) for us in re.findall(r"mesh: deliver .* hops=1 delay_us=(-?\d+)", console)]
            self.assertGreaterEqual(len(delays), 35)
            # 40 ppm over a HELLO's interval are 25 us; the driver takes a few more.
            self.assertGreaterEqual(min(delays), airtime - 30)
            self.assertLess(sorted(delays)[len(delays) // 2], airtime + CW_MIN * SLOT)
            self.assertAlmostEqual(sum(delays) / len(delays), airtime + CW_MIN / 2 * SLOT, delta=60)
            done = self.fields(console, "mesh: done")
            self.assertEqual((done["acked"], done["lost"]), (done["sent"], 0))


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
