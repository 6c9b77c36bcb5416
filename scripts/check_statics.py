#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_statics.py BUILD: no mutable file-scope or function-scope data in the models and the shells.

Runs nm over our object files. A symbol in .data or .bss is state that two nodes would share. Tables of pointers that
are const in the source land in .data.rel.ro, which nm also prints as d; those are told apart by their section."""
import pathlib
import re
import subprocess
import sys

ALLOWED = {
    # symbol: reason
    "_ZN12_GLOBAL__N_1L11interruptedE": "how sc_main's signal handler tells that Ctrl-C was pressed: it has no context",
    "_ZN7sc_coreL17api_version_checkE": "SystemC's headers put this link-time check into every object",
    "_ZN12_GLOBAL__N_111interruptedE": "set by the handler of Ctrl-C, which gets no argument",
}
OURS = re.compile(r"/(bus|cpu_iss|peripherals|rf_channel|net_bridge|verilog|sc_top)/CMakeFiles/")
VERILATORS = re.compile(r"\.verilated/|/Unity/")  # a block's C++ in one piece
# What the compiler itself puts there: guards and tables of the C++ run-time, gcov, sanitizers; Verilator's headers.
COMPILERS = re.compile(r"^(_ZStL8__ioinit|_ZZN9Verilated|_ZGV|DW\.ref\.|_ZTI|_ZTV|_ZTS|__asan|__ubsan|\.L|_ZN\w*_ZZ|_ZN3tlm|_ZN3CLI|_ZZNK?3CLI)")


def symbols(path):
    text = subprocess.run(["objdump", "-t", str(path)], capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        match = re.match(r"^[0-9a-f]+ (.{7}) (\S+)\s+([0-9a-f]+)\s+(\S+)$", line)
        if match and "O" in match.group(1) and int(match.group(3), 16) > 0:
            yield match.group(2), match.group(4)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    objects = [p for p in sorted(build.rglob("*.o")) if OURS.search(p.as_posix()) and not VERILATORS.search(p.as_posix())]
    if not objects:
        print(f"statics: no object files under {build}; build first")
        return 1
    problems = []
    for path in objects:
        for section, symbol in symbols(path):
            mutable = section == "*COM*" or re.match(r"^\.(bss|data|tbss|tdata)", section)
            if not mutable or section.startswith(".data.rel.ro"):
                continue
            if COMPILERS.match(symbol) or symbol in ALLOWED:
                continue
            problems.append(f"{path.relative_to(build)}: {symbol} in {section}")
    print("\n".join(problems))
    print(f"statics: {len(objects)} objects, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
