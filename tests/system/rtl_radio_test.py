#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rtl_radio_test.py --vesper PROGRAM --firmware DIR [TestClass...]: parts of a radio as RTL, in a mesh."""
import json
import sys

import system_test
from system_test import ROOT, Vesper, firmware

SCENE = ROOT / "scenarios" / "rtl_mesh5.toml"
PARTS = ("mac_backoff", "baseband", "fcs")


class Mesh(Vesper):
    """scenarios/rtl_mesh5.toml gives the same bytes with models, with RTL, and with both."""

    def play(self, output, use, *more, until="3200ms"):
        settings = [f"node.{n}.{key}" for n in range(3) for key in (f"firmware={firmware('mesh')}", "uart0=null")]
        settings += [f"node.1.{part}={use}" for part in PARTS]
        arguments = ["run", SCENE, "-o", output, "--until", until]
        for setting in settings:
            arguments += ["--set", setting]
        result = self.run_vesper(*arguments, *more)
        self.expect_exit(result, 0)
        return result, json.loads(self.read(f"{output}/metrics.json"))

    def captures(self, folder):
        return {p.name: p.read_bytes() for p in sorted((self.folder / folder).iterdir()) if p.suffix == ".pcap"}

    def test_deliveries_and_frame_times_are_the_models(self):
        _, model = self.play("model", "model")
        expected = self.captures("model")
        self.assertIn("radio.1.pcap", expected)
        self.assertNotIn("rtl_radios", model)
        self.assertGreater(len(expected["radio.1.pcap"]), 10000)
        for use in ("rtl", "both"):
            result, metrics = self.play(use, use)
            self.assertTrue(expected == self.captures(use), f"{use}: another capture")
            self.assertEqual(metrics["radio"], model["radio"])
            parts, = metrics["rtl_radios"]
            self.assertEqual((parts["node"], parts["differences"]), ("rtl", 0))
            self.assertGreater(parts["decisions"], 10)
            self.assertGreater(parts["frames_sent"], 10)
            self.assertGreater(parts["frames_received"], 50)
            self.assertRegex(result.stdout + result.stderr, r"rtl\.rtl +backoff.*decisions")

    def test_its_signals_are_in_the_waveform_whoever_drives(self):
        wave = None
        for kernel in ("systemc", "plain"):
            self.play(kernel, "rtl", "--set", f"run.kernel={kernel}", "--trace", "rtl.rtl", "--vcd", f"{kernel}.vcd",
                      until="300ms")
            found = self.read(f"{kernel}.vcd")
            for signal in (b"channel_access", b"dsss_tx", b"dsss_rx", b"grant", b"locked"):
                self.assertIn(signal, found)
            self.assertTrue(wave in (None, found), "another waveform with another kernel")
            wave = found


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
