# SPDX-License-Identifier: Apache-2.0
"""The firmware of others that is in VESPER_FIRMWARE_DIR, as tests/system/firmware/images.toml and the folder's own
images.toml describe it. For scripts/firmware_compare and tests/system/real_firmware_test.py."""
import json
import os
import pathlib
import tomllib

LIST = pathlib.Path(__file__).resolve().parent.parent / "tests/system/firmware/images.toml"


def folder():
    """VESPER_FIRMWARE_DIR, or None."""
    name = os.environ.get("VESPER_FIRMWARE_DIR")
    return pathlib.Path(name) if name else None


def rom(where):
    """The mask ROM to boot them with: VESPER_ROM, or revision 3's in the folder."""
    return pathlib.Path(os.environ.get("VESPER_ROM") or where / "esp32_rev300_rom.elf")


def images(where):
    """Entries by name, of those whose file is there; .path is added."""
    found = {}
    for file in (LIST, where / "images.toml"):
        if not file.is_file():
            continue
        with file.open("rb") as content:
            entries = tomllib.load(content)["image"]
        for entry in entries:
            entry["path"] = where / entry["file"]
            found[entry["name"]] = entry
    return {name: entry for name, entry in found.items() if entry["path"].is_file()}


def arguments(entry):
    """Arguments of `vesper run` for an image: the run ends when all its texts were printed."""
    settings = [f"run.expect={json.dumps(entry['expect'])}", *entry.get("set", [])]
    return ["--flash", str(entry["path"]), "--until", entry["until"],
            *(word for setting in settings for word in ("--set", setting))]
