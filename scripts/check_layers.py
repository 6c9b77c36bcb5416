#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_layers.py: who includes whom (ARCHITECTURE.md, "Layers").

Every #include of every C, C++ and .def file is held against the table of layers. Only sc_* files may see SystemC and
TLM, only rtl_* files Verilated headers, only net_bridge/slirp_* libslirp. Models may not ask the host for the time or
for random numbers."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# folder -> folders whose headers it may include (its own always)
MAY_INCLUDE = {
    "bus/base": [],
    "bus": ["bus/base"],
    "cpu_iss": ["bus", "bus/base"],
    "peripherals": ["bus", "bus/base"],
    "rf_channel": ["bus/base"],
    "net_bridge": ["bus/base"],
    "verilog": ["bus", "bus/base"],
    "sc_top": ["bus", "bus/base", "cpu_iss", "peripherals", "rf_channel", "net_bridge", "verilog"],
    # The guest's world: its own headers, and the lists of registers and instructions, which are data.
    "firmware": ["bus", "peripherals", "cpu_iss", "sc_top"],
}
FOLDERS = sorted({f.split("/")[0] for f in MAY_INCLUDE} | {"tests"})
MODELS = {"bus/base", "bus", "cpu_iss", "peripherals", "rf_channel"}
OUTSIDE = [  # (what, pattern of the included header, which files may)
    ("SystemC/TLM", re.compile(r"^(systemc|tlm)"), re.compile(r"(^|/)sc_[^/]*$")),
    ("Verilated", re.compile(r"^V[a-z]|verilated"), re.compile(r"^(verilog|verilog/\w+)/rtl_[^/]*$|^tests/rtl/|(^|/)sc_rtl[^/]*$")),
    ("libslirp", re.compile(r"^slirp/|libslirp"), re.compile(r"^net_bridge/slirp_[^/]*$")),
    ("AsmJit", re.compile(r"^asmjit"), re.compile(r"^cpu_iss/jit/")),
]
HOST_STATE = re.compile(
    r"\b(time|clock_gettime|gettimeofday|clock|rand|random|srand|drand48|getrandom)\s*\(|std::chrono|std::random_device")
GUESTS_LISTS = (".def", "bus/reg_expand.h", "bus/reg.h")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.M)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def folder_of(path):
    if path.startswith("bus/base/"):
        return "bus/base"
    return path.split("/")[0]


def check(path):
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    own = folder_of(name)
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        header = match.group(2)
        for what, pattern, allowed in OUTSIDE:
            if pattern.search(header) and not header.startswith(tuple(f + "/" for f in FOLDERS)) and not allowed.search(name):
                yield f"{name}:{line}: only {allowed.pattern} may include {what} ({header})"
        target = folder_of(header)
        if match.group(1) == '"' and target in MAY_INCLUDE and own != target and own in MAY_INCLUDE:
            if target not in MAY_INCLUDE[own]:
                yield f"{name}:{line}: {own} may not include {target} ({header})"
        if own == "firmware" and target in MAY_INCLUDE["firmware"] and not header.endswith(GUESTS_LISTS):
            # The assembler's plug-in is a host program: it also shares how operands are encoded.
            if not (name.startswith("firmware/toolchain/") and header.startswith("cpu_iss/isa/")):
                yield f"{name}:{line}: firmware may include lists of registers and instructions only ({header})"
    if own in MODELS and path.suffix in (".c", ".h"):
        code = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
        for match in HOST_STATE.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: a model asks the host: {match.group().strip()}"


def main():
    problems, files = [], 0
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".cpp", ".def", ".inc", ".S"):
                files += 1
                problems += check(path)
    print("\n".join(problems))
    print(f"layers: {files} files, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
