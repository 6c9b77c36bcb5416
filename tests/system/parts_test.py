#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""parts_test.py --vesper PROGRAM --firmware DIR [TestClass...]: a board full of parts, and firmware that drives them
through every register that ESP-IDF's drivers use."""
import struct
import sys
import zlib

import system_test
from system_test import ROOT, Vesper, firmware



def read_png(data):
    """(width, height, rows of bytes) of a PNG with 8 bits for each of red, green and blue. RFC 2083."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, body = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        chunk = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + chunk) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0]
        if kind == b"IHDR":
            width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", chunk)
            assert (depth, color, interlaced) == (8, 2, 0)
        elif kind == b"IDAT":
            body += chunk
        at += 12 + size
    lines, rows, stride = zlib.decompress(body), [], 3 * width
    above = bytearray(stride)
    for y in range(height):
        method, row = lines[y * (stride + 1)], bytearray(lines[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left, up, corner = row[i - 3] if i > 2 else 0, above[i], above[i - 3] if i > 2 else 0
            near = [abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)]
            paeth = (left, up, corner)[near.index(min(near))]
            row[i] = (row[i] + (0, left, up, (left + up) // 2, paeth)[method]) & 0xFF
        rows.append(bytes(row))
        above = row
    return width, height, rows


def pixel(x, y):
    """What firmware/apps/parts/display.c draws, as the panel shows its 16 bits."""
    color = 0xFFE0 if (x - 120)**2 + (y - 160)**2 < 80 * 80 else (x >> 3) << 11 | (y >> 4) << 5 | (x ^ y) & 31
    red, green, blue = color >> 11, color >> 5 & 63, color & 31
    return bytes([red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2])


class BadParts(Vesper):
    """What cannot be put on a board is refused, with the reason."""

    def test_pads_names_and_sizes(self):
        other = "[[part]]\nkind = 'st7789'\ncs = 33\n"
        for part, said in [("kind = 'ili9341'\ncs = 18", "cs must be four pads"),
                           ("kind = 'at25'\nsize = '512B'", "size a power of two from 1KB"),
                           ("kind = 'ili9341'\nturned = 45", "turned a multiple of 90"),
                           ("kind = 'max31855'\nmiso = 3", "miso is a console's pad"),
                           ("kind = 'max31855'\ncs = 33", "another part has this chip select"),
                           ("kind = 'st7789'", "this name"),
                           ("kind = 'at25'\nfile = 'none.bin'", "none.bin cannot be read")]:
            with self.subTest(part):
                self.write("s.toml", f"[[node]]\nfirmware = '{firmware('hello')}'\n{other}[[part]]\n{part}\n")
                result = self.run_vesper("run", "s.toml", "--until", "1ms", "-o", "out")
                self.expect_exit(result, 2)
                self.assertIn(said, result.stderr)


class Parts(Vesper):
    """One run of the program; what it says, draws and shows on its pads."""

    @classmethod
    def setUpClass(cls):
        cls.kept = None

    def run_parts(self):
        if Parts.kept is None:
            board = (ROOT / "scenarios" / "parts.toml").read_text()
            self.write("s.toml", board.replace("../build/release/firmware/parts.elf", str(firmware("parts"))))
            result = self.run_vesper("run", "s.toml", "-o", "out")
            pictures = sorted(path.name for path in (self.folder / "out").glob("*.png"))
            Parts.kept = (result, {name: self.read(f"out/{name}") for name in pictures},
                          self.read("out/wave.vcd").decode())
        return Parts.kept

    def test_the_program_is_content(self):
        result, _, _ = self.run_parts()
        self.expect_exit(result, 0)
        self.assertRegex(result.stdout, r"parts: \d+ checks passed")
        self.assertNotIn("guest errors", result.stderr)

    def test_the_picture_is_what_it_drew(self):
        _, pictures, _ = self.run_parts()
        self.assertTrue(pictures)
        width, height, rows = read_png(pictures[max(pictures)])
        self.assertEqual((width, height), (240, 320))
        for y in range(height):
            self.assertEqual(rows[y], b"".join(pixel(x, y) for x in range(width)), f"row {y}")

    def test_pictures_are_named_by_time(self):
        _, pictures, _ = self.run_parts()
        for name in pictures:
            self.assertRegex(name, r"^node0\.screen\.\d{12}\.png$")

    def edges(self, pad):
        """[(time in ps, level)] of a pad."""
        _, _, vcd = self.run_parts()
        return system_test.Pins.changes(self, vcd, f"node0.gpio.gpio{pad}")

    def test_pwm_has_its_frequency_and_duty(self):
        rises = [t for t, level in self.edges(16) if level == "1"]
        falls = [t for t, level in self.edges(16) if level == "0"]
        self.assertGreater(len(rises), 50)
        period = 12500 * 500 * 8192 // 256  # the divider, 500 / 256, of 80 MHz; 8192 counts
        for a, b in zip(rises[1:50], rises[2:50]):
            self.assertLess(abs(b - a - period), 12501)
        for t in rises[1:50]:
            end = min(f for f in falls if f > t)
            self.assertLess(abs(end - t - period // 4), 12501, "a quarter")

    def test_a_fade_goes_up_period_by_period(self):
        edges = self.edges(17)
        highs = [b[0] - a[0] for a, b in zip(edges, edges[1:]) if a[1] == "1"][:14]
        self.assertEqual([round(high / (10**9 / 16)) for high in highs], list(range(1, 15)))

    def test_the_chip_select_is_a_wire(self):
        lows = [b[0] - a[0] for a, b in zip(self.edges(5), self.edges(5)[1:]) if a[1] == "0"]
        # WREN at 5 MHz
        self.assertIn(8 * 200000, lows)


if __name__ == "__main__":
    system_test.main(sys.modules[__name__])
