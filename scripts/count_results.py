#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""count_results.py [--failed-checks N] JUNIT.XML...: the closing line of scripts/test.

Prints "N passed, N failed" over all files, and before it the names of tests that were skipped, if any; ends with 1 if
anything failed or nothing ran."""
import argparse
import sys
import xml.etree.ElementTree as ElementTree

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--failed-checks", type=int, default=0, help="failures in no file: static checks, lost reports")
parser.add_argument("junit", nargs="*")
arguments = parser.parse_args()

passed, failed = 0, arguments.failed_checks
skipped = []
for path in arguments.junit:
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        if case.find("failure") is not None or status == "fail":
            failed += 1
        elif case.find("skipped") is not None or status in ("notrun", "disabled"):
            skipped.append(case.get("name"))
        else:
            passed += 1
for name in skipped:
    print(f"skipped: {name}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
