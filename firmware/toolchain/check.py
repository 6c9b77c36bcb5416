#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check.py LX6.SO [CPU [QEMU]]: is the LX6 description right?

Assembles every instruction of cpu_iss/isa/lx6.def with random operands and compares with the disassembly of QEMU's
monitor, which has tables of its own (made by the vendor's tools). Since the simulator decodes by the same lx6.def, a
wrong row cannot hide on both sides. Debian's core de233_fpu has all but the few instructions that are listed at the
end. Exit code 77: there is no QEMU to compare with."""
import os, pathlib, random, re, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUNDS = 6  # random operand sets for each instruction

# What de233_fpu has not: MUL32_HIGH, two MISC registers, LITBASE, and the LX6's double-precision accelerator, in whose
# place it decodes the instructions of its double-precision FPU.
NOT_IN_DE233 = re.compile(r"mul[us]h|[rwx]sr\.(misc[23]|litbase)|f64\w+|[rw]f64r|[rw]ur\.f64\w+")

B4 = [-1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256]
rand = random.randrange
VALUES = {
    "bs4": lambda: f"b{4 * rand(4)}", "bs8": lambda: f"b{8 * rand(2)}",
    "mw": lambda: f"m{rand(4)}", "mx": lambda: f"m{rand(2)}", "my": lambda: f"m{2 + rand(2)}",
    "imm_s": lambda: rand(16), "imm_t": lambda: rand(16), "simm4_t": lambda: rand(16) - 8,
    "bit_t": lambda: 7 + rand(16), "imm_r_x4": lambda: 4 * rand(16),
    "nimm4x4": lambda: -4 * (1 + rand(16)), "ai4const": lambda: rand(15) + 1,
    "b4const": lambda: random.choice(B4), "b4constu": lambda: random.choice(B4[2:]),
    "uimm8": lambda: rand(256), "uimm8x2": lambda: 2 * rand(256), "uimm8x4": lambda: 4 * rand(256),
    "simm8": lambda: rand(256) - 128, "simm8x256": lambda: 256 * (rand(256) - 128),
    "simm12": lambda: rand(4096) - 2048, "uimm12x8": lambda: 8 * rand(4096),
    "simm7": lambda: rand(128) - 32, "sa_l": lambda: 1 + rand(31), "sa_r": lambda: rand(32),
    "ssai": lambda: rand(32), "ext_sh": lambda: rand(16), "ext_len": lambda: 1 + rand(16),
    "bbi": lambda: rand(32), "bit_index": lambda: rand(32), "op2_4": lambda: rand(16),
    "op2_2": lambda: rand(4), "r_2": lambda: rand(4),
    "op2_0": lambda: rand(2), "op2_1": lambda: rand(2), "r_1": lambda: rand(2), "s_1": lambda: rand(2),
    "label8": lambda: 4 + rand(256) - 128, "label12": lambda: 4 + rand(4096) - 2048,
    "label18": lambda: 4 + rand(1 << 18) - (1 << 17), "ulabel8": lambda: 4 + rand(256),
    "ulabel6": lambda: 4 + rand(64), "call18": lambda: 4 * (1 + rand(1 << 18) - (1 << 17)),
    "lit16": lambda: -4 * (1 + rand(60000)),
}
for kind in "afb":
    for field in "rst":
        VALUES[kind + field] = lambda kind=kind: f"{kind}{rand(16)}"
LABELS = {"label8", "label12", "label18", "ulabel8", "ulabel6", "call18", "lit16"}
WORD_ALIGNED = {"call18", "lit16"}


def instructions():
    """(mnemonic, names of the operands that are written) of each row, through the C preprocessor."""
    text = subprocess.run(
        ["cpp", "-P", "-w", "-I", str(ROOT), "-"], capture_output=True, text=True, check=True,
        input="#define OP(id, name, slot, bits, flags, option, kind, latency, ...) @@ name ; __VA_ARGS__\n"
              '#include "cpu_iss/isa/lx6.def"\n').stdout
    for row in text.split("@@")[1:]:
        name, _, operands = row.partition(";")
        yield ("".join(re.findall(r'"([^"]*)"', name)),
               [o for o in re.findall(r"\((\w+)\)", operands) if not re.fullmatch(r"a\d+", o)])


def write_source():
    """Assembler source, and what it says: (mnemonic, operand names, operand values) of each label L<n>."""
    source, said = ["  .text", "  .begin no-transform"], []
    for _ in range(ROUNDS):
        for name, operands in instructions():
            values = [VALUES[o]() for o in operands]
            if WORD_ALIGNED & set(operands):
                source.append("  .align 4")
            shown = [f".+{v}" if o in LABELS else str(v) for o, v in zip(operands, values)]
            source.append(f"L{len(said)}: {name} {', '.join(shown)}")
            said.append((name, operands, values))
    return "\n".join(source) + "\n  .end no-transform\n", said


def assemble(directory, source, description, base):
    """Flat binary and the address of each L<n>."""
    env = dict(os.environ, XTENSA_GNU_CONFIG=os.path.abspath(description))

    def tool(name, *args):
        return subprocess.run(["xtensa-lx106-elf-" + name, *args], env=env, check=True, cwd=directory,
                              stdout=subprocess.PIPE, text=True).stdout

    (directory / "t.s").write_text(source)
    tool("as", "--no-warn", "t.s", "-o", "t.o")
    tool("ld", "--no-relax", "-Ttext", hex(base), "-e", "0", "t.o", "-o", "t")
    tool("objcopy", "-O", "binary", "-j", ".text", "t", "t.bin")
    return {int(line.split()[2][1:]): int(line.split()[0], 16)
            for line in tool("nm", "t").splitlines() if re.search(r" L\d+$", line)}


def disassemble(directory, qemu, cpu, base, addresses):
    """What QEMU's monitor shows at each address: [mnemonic, operands]."""
    monitor = subprocess.run(
        [qemu, "-M", "sim", "-cpu", cpu, "-display", "none", "-S", "-monitor", "stdio",
         "-device", f"loader,file=t.bin,addr={base}"], cwd=directory, text=True, capture_output=True, timeout=300,
        input="".join(f"x/i {a}\n" for a in addresses) + "quit\n").stdout
    return {int(m[1], 16): m[2].split(None, 1) for m in re.finditer(r"^0x([0-9a-f]{8}):\s+(\S.*)$", monitor, re.M)}


def number(text):
    return int(text, 0) & 0xffffffff if re.fullmatch(r"-?\d+|-?0x[0-9a-f]+", text) else text


def main():
    description = sys.argv[1]
    cpu = sys.argv[2] if len(sys.argv) > 2 else "de233_fpu"
    qemu = sys.argv[3] if len(sys.argv) > 3 else "qemu-system-xtensa"
    if not shutil.which(qemu):
        print(f"SKIPPED: no {qemu} (Debian: qemu-system-misc), so there is nothing to compare with")
        return 77
    random.seed(1)
    base = 0x40100000 if cpu == "esp32" else 0x100000
    source, said = write_source()
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        address = assemble(directory, source, description, base)
        shown = disassemble(directory, qemu, cpu, base, [address[i] for i in range(len(said))])
    same, unknown, wrong = 0, set(), []
    for i, (name, operands, values) in enumerate(said):
        pc, got = address[i], shown[address[i]]
        want = [(pc + v) & 0xffffffff if o in LABELS else number(str(v)) for o, v in zip(operands, values)]
        have = [number(x.split(":")[0].strip()) for x in got[1].split(",")] if len(got) > 1 else []
        if cpu != "esp32" and NOT_IN_DE233.fullmatch(name):
            unknown.add(name)
        elif got[0] == name and (have == want or name == "simcall"):  # QEMU's simcall has an operand
            same += 1
        else:
            wrong.append((name, values, " ".join(got)))
    print(f"{cpu}: {same} of {len(said)} the same; {len(unknown)} instructions not in this core: "
          f"{' '.join(sorted(unknown)) or 'none'}")
    for entry in wrong:
        print("DIFFERS", *entry)
    return 1 if wrong or not same else 0


if __name__ == "__main__":
    sys.exit(main())
