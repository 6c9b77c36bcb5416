#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""elf2image.py PROGRAM.elf IMAGE.bin: Espressif's application image of a linked program.

Header (DIO, 40 MHz, 4 MB), segments, XOR checksum, SHA-256: facts 3.3. Segments in the flash windows are placed so
that file offset and address agree modulo 64 KB, by padding segments at address 0, which loaders skip."""
import hashlib, pathlib, struct, sys

ELF_HEADER, PROGRAM_HEADER = struct.Struct("<16sHHIIIIIHHHHHH"), struct.Struct("<8I")
EM_XTENSA, ET_EXEC, PT_LOAD = 94, 2, 1
IMAGE_HEADER, SEGMENT_HEADER = struct.Struct("<BBBBIB3sHBHH4sB"), struct.Struct("<II")
MAGIC, CHECKSUM_SEED, MAX_SEGMENTS = 0xE9, 0xEF, 16
MODE_DIO, SPEED_40_SIZE_4, WP_UNUSED, CHIP_ESP32, REVISION_MAX = 2, 0x20, 0xEE, 0, 399
PAGE = 0x10000
FLASH_WINDOWS = ((0x3F400000, 0x3F800000), (0x400D0000, 0x40C00000))


def fail(path, what):
    sys.exit(f"elf2image: {path}: {what}")


def in_flash(address):
    return any(first <= address < end for first, end in FLASH_WINDOWS)


def read_elf(path):
    """Entry point and [(address, bytes)] of what is to be loaded, by address."""
    data = pathlib.Path(path).read_bytes()
    if len(data) < ELF_HEADER.size or data[:6] != b"\x7fELF\x01\x01":
        fail(path, "not a 32-bit little-endian ELF file")
    header = ELF_HEADER.unpack_from(data)
    if header[1] != ET_EXEC or header[2] != EM_XTENSA:
        fail(path, f"ELF type {header[1]}, machine {header[2]}; expected {ET_EXEC} and {EM_XTENSA} (Xtensa program)")
    entry, program_offset, entry_size, count = header[4], header[5], header[9], header[10]
    segments = []
    for i in range(count):
        kind, offset, address, _, size, *_ = PROGRAM_HEADER.unpack_from(data, program_offset + i * entry_size)
        if kind == PT_LOAD and size:
            content = data[offset:offset + size]
            segments.append((address, content + bytes(-size % 4)))
    return entry, sorted(segments)


def add(image, address, content):
    image += SEGMENT_HEADER.pack(address, len(content)) + content


def make_image(entry, segments):
    # RAM first: the parts that need an offset come behind, each after as much padding as that takes.
    image, count = bytearray(IMAGE_HEADER.size), 0
    for address, content in [s for s in segments if not in_flash(s[0])] + [s for s in segments if in_flash(s[0])]:
        if in_flash(address):
            gap = (address - len(image) - SEGMENT_HEADER.size) % PAGE
            if gap:
                add(image, 0, bytes((gap - SEGMENT_HEADER.size) % PAGE))
                count += 1
        add(image, address, content)
        count += 1
    image[:IMAGE_HEADER.size] = IMAGE_HEADER.pack(MAGIC, count, MODE_DIO, SPEED_40_SIZE_4, entry, WP_UNUSED, bytes(3),
                                                  CHIP_ESP32, 0, 0, REVISION_MAX, bytes(4), 1)
    checksum, at = CHECKSUM_SEED, IMAGE_HEADER.size
    for _ in range(count):
        size = SEGMENT_HEADER.unpack_from(image, at)[1]
        at += SEGMENT_HEADER.size
        for byte in image[at:at + size]:
            checksum ^= byte
        at += size
    image += bytes(15 - len(image) % 16) + bytes([checksum])
    return image + hashlib.sha256(image).digest(), count


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    entry, segments = read_elf(sys.argv[1])
    image, count = make_image(entry, segments)
    if count > MAX_SEGMENTS:
        fail(sys.argv[1], f"{count} segments; an image has at most {MAX_SEGMENTS}")
    pathlib.Path(sys.argv[2]).write_bytes(image)


if __name__ == "__main__":
    main()
