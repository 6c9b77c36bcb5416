// SPDX-License-Identifier: Apache-2.0
// Any text as a scenario: either one message, or a scenario whose effective form reads back to itself.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "sc_top/scenario/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    unsigned messages = 0;
    struct log *log =
        log_create([](void *ctx, const struct log_record *) { ++*static_cast<unsigned *>(ctx); }, &messages, LOG_DEBUG);
    std::string text(reinterpret_cast<const char *>(data), size);
    vesper::scenario scenario, again;
    sim_status status = vesper::scenario_parse(text, "fuzz.toml", {}, log, &scenario);
    if ((status == SIM_OK) != (messages == 0) || messages > 1)
        abort();
    if (status == SIM_OK) {
        std::string effective = vesper::scenario_effective(scenario);
        if (vesper::scenario_parse(effective, "again.toml", {}, log, &again) != SIM_OK ||
            vesper::scenario_effective(again) != effective)
            abort();
    }
    log_destroy(log);
    return 0;
}
