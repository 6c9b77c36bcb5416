#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Unmodified firmware of others, booted by Espressif's mask ROM: docs/firmware.md says which files and where they come
from. None is in this repository; without VESPER_FIRMWARE_DIR every test is skipped, and so is one whose file is not
there. The ROM is VESPER_ROM, or esp32_rev300_rom.elf in the same folder."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

FOLDER = os.environ.get("VESPER_FIRMWARE_DIR")
VESPER = None

# File, simulated seconds, texts that it prints on hardware.
IMAGES = {
    "idf5-hello.bin": (3, ["ESP-IDF v5.2.2 2nd stage bootloader", "Loaded app from partition at offset 0x10000",
                           "cpu_start: Multicore app", "main_task: Calling app_main()", "Hello from ESP32!"]),
    "idf5-blink.bin": (3, ["spi_flash: flash io: dio", "Turning the LED OFF!", "Turning the LED ON!"]),
    "idf3-hello-m.bin": (3, ["cpu_start: App cpu up.", "Pro cpu start user code", "phy: phy_version: 4100",
                             "wifi: mode : sta"]),
    "idf3-hello-a.bin": (3, ["Starting scheduler on PRO CPU.", "Starting scheduler on APP CPU.", "Hello world!"]),
    "lobo-esp32.flash.bin": (4, ["MicroPython ESP32_LoBo_v3.2.24", ">>> "]),
    "mp121cam.flash.bin": (3, ["MicroPython v1.21.0", ">>> "]),
}

MICROPYTHON = "micropython-1.23.flash.bin"


def typed(at, text):
    return f'[[input]]\nat = "{at}"\ntext = {toml(text)}\n'


def toml(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\r\n", "\\r\\n") + '"'


@unittest.skipUnless(FOLDER, "VESPER_FIRMWARE_DIR is not set")
class RealFirmware(unittest.TestCase):
    maxDiff = None

    def need(self, name):
        path = pathlib.Path(FOLDER) / name
        if not path.is_file():
            self.skipTest(f"{path} is not there")
        return path

    def run_vesper(self, *arguments, timeout=240):
        rom = os.environ.get("VESPER_ROM") or str(self.need("esp32_rev300_rom.elf"))
        run = subprocess.run([VESPER, "run", *map(str, arguments)], env={**os.environ, "VESPER_ROM": rom},
                             capture_output=True, text=True, errors="replace", timeout=timeout, check=False)
        return run

    def scenario(self, flash, inputs, expect, until):
        text = f'[run]\nuntil = "{until}"\nexpect = [{", ".join(toml(t) for t in expect)}]\n'
        text += f'[[node]]\nflash = {toml(str(flash))}\n' + "".join(inputs)
        with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as file:
            file.write(text)
        self.addCleanup(os.unlink, file.name)
        return file.name

    def test_images_print_what_they_print_on_hardware(self):
        for name, (seconds, texts) in IMAGES.items():
            with self.subTest(image=name):
                if not (pathlib.Path(FOLDER) / name).is_file():
                    continue
                run = self.run_vesper(self.scenario(self.need(name), [], texts, f"{seconds}s"))
                self.assertEqual(run.returncode, 0, run.stdout[-2000:] + run.stderr[-2000:])

    def test_micropython_uses_pins_timers_and_files_that_survive_a_reset(self):
        inputs = [
            typed("1800ms", "from machine import Pin, Timer\r\nimport machine, os\r\n"
                            "p = Pin(4, Pin.OUT); p.on(); print('pin', p.value(), end=' '); p.off(); print(p.value())\r\n"),
            typed("2400ms", "n = []\r\n"
                            "t = Timer(0); t.init(period=10, mode=Timer.PERIODIC, callback=lambda t: n.append(1))\r\n"),
            typed("3200ms", "t.deinit(); print('ticks', len(n) > 40)\r\n"
                            "f = open('x.txt','w'); f.write('data'); f.close()\r\nprint(os.listdir()); machine.reset()\r\n"),
            typed("6s", "print('kept', 6*7, open('x.txt').read())\r\n"),
        ]
        expect = ["MicroPython v1.23.0", "pin 1 0", "ticks True", "['boot.py', 'x.txt']", "rst:0xc", "kept 42 data"]
        run = self.run_vesper(self.scenario(self.need(MICROPYTHON), inputs, expect, "9s"))
        self.assertEqual(run.returncode, 0, run.stdout[-2000:] + run.stderr[-2000:])

    def test_two_kernels_print_the_same(self):
        flash = self.need("idf5-hello.bin")
        runs = [self.run_vesper("--flash", flash, "--until", "500ms", "--set", f"run.kernel={kernel}").stdout
                for kernel in ("systemc", "plain")]
        self.assertIn("Hello from ESP32!", runs[0])
        self.assertEqual(runs[0], runs[1])

    def test_every_register_of_a_hello_world_has_a_name(self):
        run = self.run_vesper("--flash", self.need("idf5-hello.bin"), "--until", "500ms", "-v")
        unknown = [line for line in run.stderr.splitlines() if "no device at" in line or "no register" in line]
        self.assertEqual(unknown, [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--vesper", required=True)
    arguments, rest = parser.parse_known_args()
    VESPER = arguments.vesper
    unittest.main(argv=[sys.argv[0], *rest])
