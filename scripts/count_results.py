#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""count_results.py [--failed-steps N] JUNIT.XML...: the closing line of scripts/test.

Prints "N passed, N failed, N skipped" over all files; ends with 1 if anything failed or nothing ran."""
import argparse
import sys
import xml.etree.ElementTree as ElementTree

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--failed-steps", type=int, default=0, help="steps that failed, tests' failures included")
parser.add_argument("junit", nargs="*")
arguments = parser.parse_args()

passed = failed = skipped = 0
for path in arguments.junit:
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        if case.find("failure") is not None or status == "fail":
            failed += 1
        elif case.find("skipped") is not None or status in ("notrun", "disabled"):
            skipped += 1
        else:
            passed += 1
if arguments.failed_steps and not failed:
    failed = arguments.failed_steps  # lint, or a test run that ended without a report
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
