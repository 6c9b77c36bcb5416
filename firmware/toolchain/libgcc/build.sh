#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh SOURCE OUT.a CFLAGS...
# Compiles the sources that extract.sh took out for the windowed ABI. Debian's own libgcc for this compiler has the
# call0 ABI, which ld refuses to mix. CFLAGS: ABI and optimisation; -DNO_MUL32_HIGH and -DNO_FP for cores without.
# Needs XTENSA_GNU_CONFIG (lx6.so) in the environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$1
out=$2
shift 2
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

compile() { # NAME FLAGS... : one function of the library
  object=$objects/$1.o
  shift
  xtensa-lx106-elf-gcc $cflags "$@" -o "$object"
}
cflags="$* -ffunction-sections -I$here -I$source/libgcc -I$source/include -isystem $source/libgcc/config"

# The list of assembler functions is libgcc's own.
assembler=$(sed -n '/^LIB1ASMFUNCS/,/^$/p' "$source/libgcc/config/xtensa/t-xtensa" | tr -d '\\\n' | sed 's/.*=//')
for name in $assembler; do
  compile "$name" -DL"$name" -c "$source/libgcc/config/xtensa/lib1funcs.S"
done
for name in _muldi3 _negdi2 _cmpdi2 _ucmpdi2 _clz _clzdi2 _ctzdi2 _ffsdi2 _clrsbdi2 \
            _popcount_tab _popcountsi2 _popcountdi2 _paritysi2 _paritydi2 \
            _powisf2 _powidf2 _divdi3 _moddi3 _divmoddi4 _udivdi3 _umoddi3 \
            _udivmoddi4 _udiv_w_sdiv; do
  compile "$name" -fbuilding-libgcc -fno-stack-protector -w -DL"$name" -DIN_LIBGCC2 -DHAVE_CC_TLS=0 \
    -c "$source/libgcc/libgcc2.c"
done
compile _lib2funcs -c "$source/libgcc/config/xtensa/lib2funcs.S"

rm -f "$out"
xtensa-lx106-elf-ar rcsD "$out" "$objects"/_*.o
