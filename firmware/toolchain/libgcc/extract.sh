#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# extract.sh TARBALL DIRECTORY
# Takes the arithmetic part of libgcc out of Debian's gcc-12-source (300 MB unpacked, of which 1 MB is needed).
set -eu
tarball=$1
directory=$2
rm -rf "$directory.new" "$directory"
mkdir -p "$directory.new"
tar -xJf "$tarball" -C "$directory.new" --strip-components=1 --wildcards \
  'gcc-*/libgcc/libgcc2.[ch]' 'gcc-*/libgcc/gbl-ctors.h' 'gcc-*/libgcc/config/xtensa/*' 'gcc-*/include/longlong.h'
mv "$directory.new" "$directory"
