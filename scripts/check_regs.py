#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check_regs.py [--list] [--csv FILE]: our register lists against the public one.

Every *_regs.def of the project is preprocessed and held against esp32-registers.csv (made from Espressif's SVD; it lies
beside the repository, in ../shared/facts): names, offsets, fields and their bits, read-only and write-only access,
reset values. What differs on purpose stands in check_regs.toml with its reason; a waiver that waives nothing is an
error too. Without the CSV the check is skipped, visibly.

  --list      print for each block how much was compared
  --csv FILE  another place of the CSV"""
import argparse
import csv
import fnmatch
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CSV = ROOT.parent / "shared" / "facts" / "esp32-registers.csv"
WAIVERS = ROOT / "scripts" / "check_regs.toml"
FOLDERS = ("bus", "peripherals", "verilog")

MACROS = """
#define REG(name, offset, rd, wr, domain, model, source, text) \\
    @reg #name @ (offset) @ (1) @ (0) @ domain @ model @end
#define REG_ARRAY(name, offset, count, stride, rd, wr, domain, model, source, text) \\
    @reg #name @ (offset) @ (count) @ (stride) @ domain @ model @end
#define FIELD(reg, name, lsb, width, access, reset, text) \\
    @field #name @ (lsb) @ (width) @ access @ (reset) @end
#define REG_END(name)
"""

# What the public list says about a field, and which of our access kinds agree with it.
AGREES = {"RO": {"RO", "RC"}, "WO": {"WO", "WT", "W1C", "W1S"}, "RW": {"RW", "WT", "W1C", "W1S", "RC"}}


class Field:
    def __init__(self, name, lsb, width, access, reset=0):
        self.name, self.lsb, self.width, self.access, self.reset = name, lsb, width, access, reset

    @property
    def mask(self):
        return ((1 << self.width) - 1) << self.lsb

    def place(self):
        return f"[{self.lsb + self.width - 1}:{self.lsb}]"


class Register:
    def __init__(self, name, offset, reset, fields, is_element=False):
        self.name, self.offset, self.reset, self.fields, self.is_element = name, offset, reset, fields, is_element


def integer(text):
    """A C constant expression of literals and operators."""
    text = re.sub(r"\b(?:UINT32_C|UINT64_C)\b", "", text)
    text = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b", lambda m: str(int(m.group(1), 0)), text)
    if not re.fullmatch(r"[\d\s()+*/<>|&~-]*", text):
        raise ValueError(f"not a constant: {text}")
    return eval(text.replace("/", "//"), {"__builtins__": {}})  # digits and operators only, checked above


def our_registers(path, compiler):
    """Each element of each row, by preprocessing the list as the C compiler would."""
    source = MACROS + f'#include "{path.relative_to(ROOT).as_posix()}"\n'
    run = subprocess.run([compiler, "-E", "-P", "-x", "c", f"-I{ROOT}", "-"], input=source, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"check_regs: {path}: {run.stderr.strip()}")
    rows = []
    for kind, body in re.findall(r"@\s*(reg|field)\b(.*?)@\s*end\b", run.stdout, re.S):
        cell = [c.strip() for c in body.split("@")]
        name = cell[0].strip('"# ')
        if kind == "reg":
            rows.append((name, *(integer(c) for c in cell[1:4]), []))
        else:
            rows[-1][4].append(Field(name, integer(cell[1]), integer(cell[2]), cell[3], integer(cell[4])))
    registers = []
    for name, offset, count, stride, fields in rows:
        reset = sum(f.reset << f.lsb for f in fields)
        for index in range(count):
            registers.append(Register(name, offset + index * stride, reset, fields, count > 1))
    return registers


def block_of(path):
    """The REG_BLOCK of the source that expands this list."""
    name = path.relative_to(ROOT).as_posix()
    pattern = re.compile(r'#define\s+REG_FILE\s+"' + re.escape(name) + r'"(.*?)#include\s+"bus/reg_expand.h"', re.S)
    for folder in FOLDERS:
        for source in sorted((ROOT / folder).rglob("*.[ch]*")):
            for body in pattern.findall(source.read_text(encoding="utf-8")):
                block = re.search(r'#define\s+REG_BLOCK\s+"(\w+)"', body)
                if block:
                    return block.group(1)
    return None


def public_registers(path):
    blocks = {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if row[0] == "peripheral":
                continue
            fields = []
            for name, high, low, access in re.findall(r"(\w+)\[(\d+)(?::(\d+))?\](RO|WO)?", row[6]):
                lsb = int(low) if low else int(high)
                fields.append(Field(name, lsb, int(high) - lsb + 1, access or "RW"))
            reset = int(row[5], 16) if row[5] else 0
            blocks.setdefault(row[0], []).append(Register(row[2], int(row[3], 16), reset, fields))
    return blocks


def without_digits(name):
    return re.sub(r"\[?\d+\]?", "", name)


def same_name(ours, theirs, is_element):
    """Elements of an array share one name, without the number that the list has somewhere inside it."""
    if ours == theirs:
        return True
    if not is_element:
        return False
    mine, other = without_digits(ours), without_digits(theirs)
    return mine == other or other.endswith("_" + mine)


def compare_fields(ours, theirs):
    """Yields (what, where, message). The list gives some bits two or three times, whole and in parts: whichever of
    them we have will do."""
    unmatched = list(ours.fields)
    common = [f.mask for f in ours.fields if any(f.mask == t.mask for t in theirs.fields)]
    for field in theirs.fields:
        twins = [f for f in unmatched if f.mask == field.mask]
        if not twins:
            if not any(field.mask & ~mask == 0 or mask & ~field.mask == 0 for mask in common):
                yield "field", field.name, f"{field.name}{field.place()} is missing"
            continue
        same = [f for f in twins if same_name(f.name, field.name, ours.is_element)]
        if not same and any(t is not field and t.mask == field.mask and same_name(twins[0].name, t.name, ours.is_element)
                            for t in theirs.fields):
            continue  # an alias of the same bits
        mine = (same or twins)[0]
        unmatched.remove(mine)
        if not same:
            yield "name", field.name, f"{mine.name}{mine.place()} is called {field.name}"
        if mine.access not in AGREES[field.access]:
            yield "access", field.name, f"{mine.name} is {mine.access}, the list says {field.access}"
    for field in unmatched:
        yield "field", field.name, f"{field.name}{field.place()} is not in the list"


def compare(ours, theirs):
    """Yields (what, register, field or None, message)."""
    theirs_at = {r.offset: r for r in theirs}
    for register in ours:
        other = theirs_at.pop(register.offset, None)
        if other is None:
            yield "extra", register.name, None, f"offset {register.offset:#05x} is not in the list"
            continue
        if not same_name(register.name, other.name, register.is_element):
            yield "name", register.name, None, f"is called {other.name} at offset {register.offset:#05x}"
        if register.reset != other.reset:
            yield "reset", register.name, None, f"resets to {register.reset:#010x}, the list says {other.reset:#010x}"
        for what, field, message in compare_fields(register, other):
            yield what, register.name, field, message
    for register in theirs_at.values():
        yield "missing", register.name, None, f"of offset {register.offset:#05x} is missing"


class Waivers:
    def __init__(self, path):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        self.blocks = data.get("block", {})
        self.rows = data.get("waive", [])
        for row in self.rows:
            if set(row) != {"block", "what", "where", "why"}:
                sys.exit(f"check_regs: {path.name}: a waiver needs block, what, where, why: {row}")
            row["used"] = False

    def covers(self, block, what, register, field):
        where = f"{register}.{field}" if field else register
        hit = False
        for row in self.rows:
            if row["block"] == block and row["what"] == what and fnmatch.fnmatchcase(where, row["where"]):
                row["used"] = hit = True
        return hit

    def unused(self, blocks):
        return [r for r in self.rows if r["block"] in blocks and not r["used"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--csv", type=pathlib.Path, default=CSV)
    parser.add_argument("--cc", default="cc")
    args = parser.parse_args()
    if not args.csv.exists():
        print(f"registers: SKIPPED, {args.csv} is not there")
        return 0
    public, waivers = public_registers(args.csv), Waivers(WAIVERS)
    problems, compared, waived, seen = [], 0, 0, set()
    for path in sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*_regs.def")):
        name = path.relative_to(ROOT).as_posix()
        block = block_of(path)
        if block is None:
            problems.append(f"{name}: no source expands it with a REG_BLOCK")
            continue
        seen.add(block)
        settings = waivers.blocks.get(block, {})
        ours = our_registers(path, args.cc)
        fields = sum(len(r.fields) for r in ours)
        if "absent" in settings:
            if args.list:
                print(f"{block:12} {len(ours):5} registers, not in the list: {settings['absent']}")
            continue
        for instance in settings.get("as", [block]):
            if instance not in public:
                problems.append(f"{name}: block {block} is not in the list; see {WAIVERS.name}")
                continue
            here = 0
            for what, register, field, message in compare(ours, public[instance]):
                if waivers.covers(block, what, register, field):
                    here += 1
                else:
                    problems.append(f"{name}: {register}: {message} [{what}, {instance}]")
            waived += here
            compared += len(ours)
            if args.list:
                print(f"{block:12} {len(ours):5} registers {fields:5} fields against {instance}, {here} waived")
    for row in waivers.unused(seen):
        problems.append(f"{WAIVERS.name}: nothing to waive: {row['block']} {row['what']} {row['where']}")
    for problem in problems:
        print(problem)
    print(f"registers: {compared} compared, {waived} differences waived, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
