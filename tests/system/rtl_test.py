#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rtl_test.py --vesper PROGRAM --firmware DIR [TestClass...]: blocks of Verilog, from the command line to their files."""
import json
import os
import re
import subprocess
import sys

import system_test
from system_test import OPTIONS, ROOT, Vesper, firmware

SCENES = ROOT / "scenarios"
TIMER = ROOT / "verilog/apb_timer.v"


class RtlRun(Vesper):
    """Runs with the cache of the build tree, where the blocks of these tests are already (tests/rtl_host)."""

    def setUp(self):
        super().setUp()
        self.cache = OPTIONS.firmware.parent / "rtl/cache"
        self.environment = os.environ | {"VESPER_CACHE": str(self.cache)}

    def vesper(self, *arguments, code=0):
        result = self.run_vesper(*arguments, env=self.environment)
        self.expect_exit(result, code)
        return result

    def play(self, name, *arguments, app=None, code=0):
        app = app or {"rtl_timer": "rtl_demo"}.get(name, name)
        return self.vesper("run", SCENES / f"{name}.toml", "--set", f"node.0.firmware={firmware(app)}", *arguments,
                           code=code)


class Demo(RtlRun):
    """The scenarios of the page."""

    def test_the_timer_runs_the_same_on_both_kernels_and_under_a_waveform(self):
        outputs = []
        for number, more in enumerate([[], ["--set", "run.kernel=plain"], [], ["--set", "trace.patterns=[]"]]):
            folder = f"out{number}"
            self.play("rtl_timer", "-q", "-o", folder, *more)
            outputs.append({name: (self.folder / folder / name).read_bytes()
                            for name in ["node0.uart0.txt", "metrics.json", "wave.vcd"]
                            if (self.folder / folder / name).exists()})
        self.assertIn(b"interval 7: 4000 by time stamps, 12000 by CCOUNT", outputs[0]["node0.uart0.txt"])
        self.assertIn("wave.vcd", outputs[0])
        self.assertNotIn("wave.vcd", outputs[3])
        self.assertEqual(outputs[0], outputs[1], "SystemC and the plain loop")
        self.assertEqual(outputs[0], outputs[2], "two runs")
        for name in ["node0.uart0.txt", "metrics.json"]:
            self.assertEqual(outputs[0][name], outputs[3][name], "recorded or not")
        block = json.loads(outputs[0]["metrics.json"])["rtl"][0]
        self.assertEqual((block["node"], block["name"], block["bus"], block["interrupts"]),
                         ("node0", "timer", "APB", 8))

    def test_signals_stand_beside_the_cpu_in_a_view(self):
        self.play("rtl_timer", "-q", "-o", "out", "--gtkw", "view.gtkw")
        wave = self.read("out/wave.vcd").decode()
        header = wave[:wave.index("$enddefinitions")]
        for name in ["pclk", "prdata", "irq", "stamp", r"fifo\S*0\S*", "function"]:
            self.assertRegex(header, rf"\$var \w+ \d+ \S+ {name}[ \[]")
        view = self.read("view.gtkw").decode()
        self.assertIn('[dumpfile] "' + str(self.folder / "out/wave.vcd"), view)
        order = [view.index(f"-node0: {group}\n") for group in ["firmware", "bus", "RTL"]]
        self.assertEqual(order, sorted(order))
        self.assertIn("node0.timer.count[31:0]\n", view)
        self.assertEqual(view.count("@800200"), view.count("@1000200"))
        self.assertIn("node0.timer.psel\n", view)

    def test_dma(self):
        result = self.play("rtl_copy")
        self.assertIn("256 words, 0 wrong", result.stdout)
        self.assertIn("DMA 257 reads, 256 writes", result.stderr)

    def test_coverage(self):
        result = self.play("rtl_timer", "-o", "out", "--set", "rtl.0.coverage=true", "--set", "trace.patterns=[]")
        self.assertRegex(result.stderr, r"coverage: lines \d+\.\d %, branches \d+\.\d %, toggles \d+\.\d %")
        lines = json.loads(self.read("out/metrics.json"))["rtl"][0]["coverage"]["lines"]
        self.assertGreater(lines["hit"], lines["points"] / 2)
        subprocess.run(["verilator_coverage", "--annotate", "notes", "out/node0.timer.coverage.dat"], cwd=self.folder,
                       check=True, capture_output=True)


class BadBlocks(RtlRun):
    """One clear message, and exit code 2."""

    def refuse(self, *arguments, says):
        result = self.vesper(*arguments, code=2)
        self.assertIn(says, result.stderr)
        self.assertNotIn("terminate", result.stderr)
        return result

    def test_errors_of_verilator(self):
        (self.folder / "bad.v").write_text("module bad(input pclk);\nassign x = 1 +;\nendmodule\n", encoding="utf-8")
        self.refuse("rtl", "build", "bad.v", says="vesper: error: bad.v:2:15: syntax error")
        self.assertFalse((self.folder / "bad.so").exists())

    def test_what_is_not_there(self):
        self.refuse("rtl", "build", "no.v", says="no.v: cannot be read: No such file")
        self.refuse("rtl", "build", TIMER, "--top", "other", "--gpio-in", "capture", says="other")
        self.refuse("rtl", "build", TIMER, "--bus", "wishbone", says="wishbone")
        self.refuse("rtl", "info", "no.so", says="no.so: cannot be opened")
        self.environment["VESPER_VERILATOR"] = "/no/verilator"
        self.refuse("rtl", "build", TIMER, says="does not run; it comes with Debian's package `verilator`")

    def test_ports_that_do_not_fit(self):
        self.refuse("rtl", "build", TIMER, says="apb_timer.v:31:24: port 'capture', an input of 1 bit, belongs neither")
        self.refuse("rtl", "build", TIMER, "--bus", "axi4lite", says="apb_timer: has no port of AXI4-Lite; found pclk")

    def test_files_that_are_no_blocks(self):
        blocks = OPTIONS.firmware.parent / "rtl"
        self.refuse("rtl", "info", TIMER, says="is no shared object (ELF)")
        self.refuse("rtl", "info", blocks / "no_symbol.so", says="does not export vesper_rtl_abi()")
        self.refuse("rtl", "info", blocks / "other_version.so", says="was built for version 2 of the interface")
        result = self.vesper("rtl", "info", blocks / "apb_timer.so")
        self.assertIn("module      apb_timer", result.stdout)
        self.assertRegex(result.stdout, r"GPIO_IN +INPUT +1  capture")

    def test_places_that_are_taken(self):
        for setting, says in [
            ("rtl.0.base=0x3FF40000", "node0.timer: base: 0x3FF40000 to 0x3FF400FF overlaps uart0"),
            ("rtl.0.base=0x3FF70010", "base: expected a multiple of 256"),
            ("rtl.0.size=300B", "size: expected a power of two"),
            ("rtl.0.interrupt=UART0", "node0.timer: interrupt: source UART0 belongs to uart0"),
            ("rtl.0.interrupt=PWM9", "'PWM9' is no source of the interrupt matrix"),
            ("rtl.0.interrupt=[\"PWM2\", \"PWM3\"]", "interrupt: 2 sources, and the block has 1"),
            ("rtl.0.gpio_in=gpio40", "gpio_in: 'gpio40': expected gpio0 to gpio39"),
            ("rtl.0.gpio_out=signal14", "gpio_out: signal14 is taken by a device of the node"),
            ("rtl.0.build=[\"--irk\", \"x\"]", "--irk"),
            ("rtl.0.node=nobody", "rtl.node: there is no node 'nobody'"),
            ("rtl.0.file=x.so", "expected either file or sources"),
            ("rtl.0.coverage=true", "coverage: there is no folder to write to"),
        ]:
            with self.subTest(setting):
                result = self.play("rtl_timer", "--set", setting, "--set", "trace.patterns=[]", code=2)
                self.assertIn(says, result.stderr)

    def test_a_hang_is_named_and_the_guest_gets_a_bus_error(self):
        blocks = OPTIONS.firmware.parent / "rtl"
        (self.folder / "hang.c").write_text("""#include <stdio.h>
#include "firmware/drivers/hw.h"
#include "firmware/runtime/interrupt.h"
static void skip(struct interrupt_frame *frame)
{
    printf("hang: bus error at 0x%x\\n", (unsigned)frame->vaddr);
    frame->pc += 3; // _l32i: not the narrow one
}
int main(void)
{
    exception_attach(EXCCAUSE_LOAD_STORE_ERROR, skip);
    volatile uint32_t *block = (volatile uint32_t *)0x3FF70000;
    uint32_t value;
    __asm__ volatile("_l32i %0, %1, 4" : "=a"(value) : "a"(block));
    block[0] = 0x1230;
    printf("hang: goes on with 0x%x\\n", (unsigned)block[0]);
    return 0;
}
""", encoding="utf-8")
        subprocess.run([OPTIONS.firmware / "guest_cc", "hang.c", "-o", "hang.elf"], cwd=self.folder, check=True)
        (self.folder / "hang.toml").write_text(
            f"""[run]\nuntil = "20ms"\nexpect = ["hang: bus error at 0x3ff70004", "hang: goes on with 0x1230"]
[[node]]\nfirmware = "hang.elf"\n[[rtl]]\nname = "odd"\nfile = "{blocks}/odd.so"\nbase = 0x3FF70000\ntimeout = 50
""", encoding="utf-8")
        result = self.vesper("run", "hang.toml")
        self.assertIn("node0.odd: read of 0x3ff70004 hangs the bus: no PREADY from odd within 50 cycles", result.stderr)


class Page(RtlRun):
    """docs/rtl.md, as its reader would follow it."""

    def test_its_commands_work_in_an_empty_folder(self):
        page = (ROOT / "docs/rtl.md").read_text(encoding="utf-8")
        commands = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S))
        commands = commands.replace('"$VESPER"/build/release/firmware/', f"{OPTIONS.firmware}/")
        program = OPTIONS.vesper if isinstance(OPTIONS.vesper, str) else str(OPTIONS.vesper)
        path = f"{os.path.dirname(os.path.abspath(program))}:{os.environ['PATH']}"
        result = subprocess.run(["bash", "-e", "-c", commands], cwd=self.folder, capture_output=True, text=True,
                                check=False, timeout=250,
                                env=self.environment | {"PATH": path, "VESPER": str(ROOT)})
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("pulses: 3 interrupts, 2 pulses more", result.stdout)
        self.assertIn("irq irq; gpio in gpio_in", result.stdout)
        self.assertTrue((self.folder / "out/view.gtkw").exists())
        self.assertTrue((self.folder / "covered/annotated").exists())


if __name__ == "__main__":
    sys.exit(system_test.main(sys.modules[__name__]))
