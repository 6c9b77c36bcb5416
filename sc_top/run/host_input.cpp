// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/host_input.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bus/base/crc32.h"
#include "sc_top/text.h"

namespace vesper
{
namespace
{

// Beside the ids of networks' ports.
constexpr std::uint32_t CONSOLES = 1u << 30, OF_WHAT = 0xFFFFFFFE, END = 0xFFFFFFFF;

std::uint32_t console_id(unsigned node, unsigned uart)
{
    return CONSOLES + 4 * node + uart;
}

std::string program_line(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return format("firmware: %zu bytes, CRC-32 %08x\n", bytes.size(),
                  crc32_extend(0, reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()));
}

// The first line in which two texts differ, as each has it.
std::pair<std::string, std::string> first_difference(const std::string &a, const std::string &b)
{
    std::istringstream first(a), second(b);
    std::string x, y;
    do {
        bool has_x = static_cast<bool>(std::getline(first, x)), has_y = static_cast<bool>(std::getline(second, y));
        x = has_x ? x : "nothing more";
        y = has_y ? y : "nothing more";
        if (!has_x && !has_y)
            break;
    } while (x == y);
    return {x, y};
}

} // namespace

void host_input::write_what(const std::string &text)
{
    for (std::size_t at = 0; at < text.size(); at += NET_RECORD_MAX)
        net_record_write(out.get(), 0, OF_WHAT, reinterpret_cast<const std::uint8_t *>(text.data()) + at,
                         static_cast<std::uint32_t>(std::min<std::size_t>(NET_RECORD_MAX, text.size() - at)));
}

std::string host_input::read_what() const
{
    std::string text;
    net_entry entry;
    for (std::size_t cursor = 0; net_replay_next(in.get(), OF_WHAT, &cursor, &entry);)
        text.append(reinterpret_cast<const char *>(entry.bytes), entry.length);
    return text;
}

sim_status host_input::open(const scenario &what, const std::vector<std::string> &programs, struct log *log)
{
    if (what.run.record.empty() && what.run.replay.empty())
        return SIM_OK;
    std::string text = scenario_fingerprint(what);
    for (const std::string &path : programs)
        text += program_line(path);
    if (!what.run.record.empty()) {
        net_record *made = nullptr;
        SIM_TRY(net_record_create(what.run.record.c_str(), log, &made));
        out.reset(made);
        write_what(text);
        return SIM_OK;
    }
    net_replay *made = nullptr;
    SIM_TRY(net_replay_open(what.run.replay.c_str(), log, &made));
    in.reset(made);
    std::string recorded = read_what();
    if (recorded == text)
        return SIM_OK;
    auto [then, now] = first_difference(recorded, text);
    log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, what.run.replay.c_str(),
           "a record of another run: it had '%s', this one has '%s'", then.c_str(), now.c_str());
    return SIM_BAD_FORMAT;
}

void host_input::note(unsigned node, unsigned uart, const std::uint8_t *bytes, std::size_t size, sim_time now)
{
    if (out && size)
        net_record_write(out.get(), now, console_id(node, uart), bytes, static_cast<std::uint32_t>(size));
}

void host_input::recall(unsigned node, unsigned uart, std::vector<std::uint8_t> *bytes, sim_time now)
{
    reader &r = readers[console_id(node, uart)];
    for (;; r.fetched = false) {
        if (!r.fetched)
            r.left = net_replay_next(in.get(), console_id(node, uart), &r.cursor, &r.next);
        r.fetched = true;
        if (!r.left || r.next.time > now)
            return;
        bytes->insert(bytes->end(), r.next.bytes, r.next.bytes + r.next.length);
    }
}

void host_input::note_end(unsigned reason, sim_time now)
{
    auto byte = static_cast<std::uint8_t>(reason);
    if (out)
        net_record_write(out.get(), now, END, &byte, 1);
}

bool host_input::recall_end(sim_time now, unsigned *reason) const
{
    std::size_t cursor = 0;
    net_entry entry;
    if (!in || !net_replay_next(in.get(), END, &cursor, &entry) || entry.time > now || entry.length != 1)
        return false;
    *reason = entry.bytes[0];
    return true;
}

void host_input::flush()
{
    if (out)
        net_record_flush(out.get());
}

sim_status host_input::finish()
{
    return net_record_close(out.release());
}

} // namespace vesper
