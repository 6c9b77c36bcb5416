#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gen_docs.py --vesper PROGRAM [--check]: writes the reference pages that come from the program's own tables.

--check writes nothing and fails when a page is not what the program would give."""
import argparse
import json
import pathlib
import subprocess
import sys

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"


def info(vesper, topic):
    return json.loads(subprocess.run([vesper, "info", topic, "--json"], capture_output=True, check=True).stdout)


def cell(text):
    return text.replace("|", "\\|")


def scenario_page(vesper):
    lines = ["# Scenario files", "",
             "A scenario is one TOML file. This page is made by `scripts/gen_docs.py` from the same table that checks",
             "scenarios (`sc_top/scenario/options.def`); `vesper info params` prints it. Every option can also be set on the",
             "command line: `--set run.until=2s`, `--set node.0.uart0=pty`. Paths are relative to the file that says them.",
             ""]
    for section in info(vesper, "params"):
        many = section["many"]
        head = f"[[{section['name']}]]" if many else f"[{section['name']}]"
        lines += [f"## `{head}`", "", section["text"] + ("; may occur many times." if many else "."), "",
                  "| key | value | default | meaning |", "|---|---|---|---|"]
        for row in section["options"]:
            default = f"`{row['default']}`" if row["default"] else ""
            lines.append(f"| `{row['name']}` | {cell(row['kind'])} | {default} | {cell(row['text'])} |")
        lines.append("")
    return "\n".join(lines)


PAGES = {"scenario.md": scenario_page}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vesper", required=True)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    stale = []
    for name, make in PAGES.items():
        page, text = DOCS / name, make(options.vesper)
        if options.check:
            if not page.exists() or page.read_text() != text:
                stale.append(name)
        else:
            page.parent.mkdir(exist_ok=True)
            page.write_text(text)
    if stale:
        print(f"not up to date: {', '.join(stale)}; run scripts/gen_docs.py --vesper {options.vesper}")
    return 1 if stale else 0


sys.exit(main())
