# SPDX-License-Identifier: Apache-2.0
"""The interpreter beside QEMU's translator, TCG, on the same ELF file, and the same work on the ESP32 system.

Each program does one kind of work (firmware/bench_sim/work.h) and checks its result. What it takes to start and end,
which is what `nothing` takes, does not count. Rates are in millions of guest instructions a second of processor time;
how many instructions a program has is counted by our core.
"""
import json
import shutil
import sys
import tempfile

# The work, and QEMU's core that can do it. dc233c has no floating point.
WORKS = {"recursion": "dc233c", "integer": "dc233c", "memory": "dc233c", "mixed": "dc233c", "float": "de233_fpu"}
NAMES = {"recursion": "windowed_calls"}
instructions = {}


def program(bench, work, system=""):
    return bench.build / "firmware" / f"speed_{work}{system}.elf"


def on_qemu(bench, work, core):
    return bench.run("qemu-system-xtensa", "-M", "sim", "-cpu", core, "-semihosting", "-display", "none", "-monitor",
                     "none", "-serial", "none", "-kernel", program(bench, work))


def on_flat(bench, work):
    run = bench.run(bench.build / "tests" / "flat" / "vesper_flat", "--stats", program(bench, work))
    counts = dict(line.rsplit(" ", 1) for line in run.errors.splitlines())
    instructions[work] = int(counts["instructions"])
    return run


def on_esp32(bench, work):
    with tempfile.TemporaryDirectory() as directory:
        run = bench.run(bench.build / "vesper", "run", "--firmware", program(bench, work, "_esp32"), "--until", "60s",
                        "-q", "-o", directory)
        with open(f"{directory}/metrics.json", encoding="utf-8") as file:
            instructions[work, "esp32"] = json.load(file)["nodes"][0]["cores"][0]["instructions"]
    return run


def measure(bench):
    has_qemu = shutil.which("qemu-system-xtensa") is not None
    if not has_qemu:
        sys.exit("bench: no qemu-system-xtensa (Debian: qemu-system-misc) to compare with")
    for work, core in {"nothing": "dc233c", **WORKS}.items():
        for where, run in (("interpreter", lambda: on_flat(bench, work)), ("tcg", lambda: on_qemu(bench, work, core)),
                           ("esp32", lambda: on_esp32(bench, work))):
            done = run()
            if " ok" not in done.output:
                sys.exit(f"bench: {work} on {where}: {done.output}")
            bench.sample(f"{NAMES.get(work, work)}_{where}_time", done.cpu, "s")


def conclude(bench):
    for work in WORKS:
        name = NAMES.get(work, work)
        for where in ("interpreter", "tcg", "esp32"):
            count = instructions[(work, "esp32") if where == "esp32" else work]
            seconds = bench.value(f"{name}_{where}_time") - bench.value(f"nothing_{where}_time")
            bench.figure(f"{name}_{where}", count / max(seconds, 1e-6) / 1e6, "MIPS")
        bench.figure(f"{name}_interpreter_to_tcg", bench.value(f"{name}_interpreter") / bench.value(f"{name}_tcg"), "")
    bench.target("windowed_calls_interpreter_to_tcg", at_least=1)
    bench.target("integer_interpreter", at_least=max(100, bench.value("integer_tcg") / 10))
