# SPDX-License-Identifier: Apache-2.0
"""What a node costs that has nothing to do, and how long it takes from the command to the guest's first character."""

IDLE_SECONDS = 100


def measure(bench):
    vesper, firmware = bench.build / "vesper", bench.build / "firmware"
    bench.sample("start_to_first_console_byte",
                 1000 * bench.seconds_to_first_byte(vesper, "run", "--firmware", firmware / "hello.elf", "--until", "1s",
                                                    "-q"), "ms")
    # In real time, processor time would be the share of a core; here the time is simulated as fast as it goes.
    for name, program in (("idle_node", "speed_nothing_esp32"), ("blinking_node", "blink")):
        run = bench.run(vesper, "run", "--firmware", firmware / f"{program}.elf", "--until", f"{IDLE_SECONDS}s", "-q")
        bench.sample(f"{name}_host_load", 100 * run.cpu / IDLE_SECONDS, "%")


def conclude(bench):
    bench.target("start_to_first_console_byte", at_most=100)
    bench.target("idle_node_host_load", at_most=1)
