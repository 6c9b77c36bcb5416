#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Unmodified firmware of others, booted by Espressif's mask ROM: docs/firmware.md says which files and where they come
from. None is in this repository; without VESPER_FIRMWARE_DIR every test is skipped, and so is one whose file is not
there. The ROM is VESPER_ROM, or esp32_rev300_rom.elf in the same folder."""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "scripts"))

import firmware_images  # noqa: E402
from parts_test import read_png  # noqa: E402

FOLDER = firmware_images.folder()
VESPER = None


@unittest.skipUnless(FOLDER, "VESPER_FIRMWARE_DIR is not set")
class RealFirmware(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.images = firmware_images.images(FOLDER)
        self.rom = firmware_images.rom(FOLDER)
        if not self.rom.is_file():
            self.skipTest(f"{self.rom} is not there")

    def image(self, name):
        if name not in self.images:
            self.skipTest(f"{name} is not there")
        return self.images[name]

    def run_vesper(self, *arguments, timeout=300):
        return subprocess.run([VESPER, "run", *map(str, arguments)], env={**os.environ, "VESPER_ROM": str(self.rom)},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              timeout=timeout, check=False)

    def check(self, run):
        self.assertEqual(run.returncode, 0, run.stdout[-2000:] + run.stderr[-2000:])

    def test_images_print_what_they_print_on_hardware_and_use_no_register_without_a_name(self):
        for name, entry in self.images.items():
            with self.subTest(image=name):
                run = self.run_vesper(*firmware_images.arguments(entry), "-v")
                self.check(run)
                self.assertEqual(re.findall(r".*(?:no device at|no register).*", run.stderr), [])
                self.assertEqual(re.findall(r".*\] guest: .*", run.stderr), [])

    def test_micropython_uses_peripherals_and_keeps_files_over_resets_sleep_and_loss_of_power(self):
        for name in ("micropython-1.23", "micropython-1.21-camera"):
            with self.subTest(image=name), tempfile.TemporaryDirectory() as folder:
                first = self.run_vesper(HERE / "firmware/micropython.toml", "-o", folder, "--set",
                                        f"node.0.flash={self.image(name)['path']}")
                self.check(first)
                again = pathlib.Path(folder) / "again.toml"
                again.write_text("[run]\nuntil = '4s'\nexpect = ['kept data']\n[[node]]\nflash = 'flash.bin'\n"
                                 "[[input]]\nat = '2s'\ntext = \"print('kept', open('x.txt').read())\\r\"\n")
                self.check(self.run_vesper(again))

    def test_micropython_draws_into_a_display(self):
        with tempfile.TemporaryDirectory() as folder:
            self.check(self.run_vesper(HERE / "firmware/micropython_display.toml", "-o", folder, "--set",
                                       f"node.0.flash={self.image('micropython-1.23')['path']}"))
            width, height, rows = read_png(max(pathlib.Path(folder).glob("*.png")).read_bytes())
            self.assertEqual((width, height), (320, 240))
            for band in range(6):
                for x in range(1, 319):
                    have = rows[40 * band + 5][3 * x:3 * x + 3]
                    want = (x * 255 // 319, band * 50, 255 - x * 255 // 319)
                    self.assertLess(max(abs(h - w) for h, w in zip(have, want)), 8, (band, x))

    def test_two_kernels_print_the_same(self):
        flash = self.image("idf-5.2")["path"]
        runs = [self.run_vesper("--flash", flash, "--until", "500ms", "--set", f"run.kernel={kernel}").stdout
                for kernel in ("systemc", "plain")]
        self.assertIn("Hello from ESP32!", runs[0])
        self.assertEqual(runs[0], runs[1])

    def test_without_the_rom_the_call_is_named(self):
        run = self.run_vesper("--flash", self.image("idf-5.2")["path"], "--rom", "none", "--until", "1s")
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"called \w+ at 0x4000[0-9a-f]{4} of the mask ROM from 0x400")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--vesper", required=True)
    arguments, rest = parser.parse_known_args()
    VESPER = arguments.vesper
    unittest.main(argv=[sys.argv[0], *rest])
