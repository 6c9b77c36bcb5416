#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run_on_qemu.sh PROGRAM.elf [CPU]: runs a program of the sim platform on Debian's QEMU; its exit code is the program's.
# 77 without QEMU. A cycle of CCOUNT is 100 ns there and an instruction 128 ns, so time passes about as on the chip.
set -eu
if ! command -v qemu-system-xtensa > /dev/null; then
  echo "SKIPPED: no qemu-system-xtensa (Debian: qemu-system-misc)"
  exit 77
fi
exec timeout 100 qemu-system-xtensa -M sim -cpu "${2:-dc233c}" -semihosting -display none -monitor none -serial none \
  -icount shift=7 -kernel "$1"
