// SPDX-License-Identifier: Apache-2.0
// A run while it runs: bytes from UARTs, incidents, the host's turn at each poll, and when it is over.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <poll.h>

#include "sc_top/node/board.h"
#include "sc_top/node/node_progress.h"
#include "sc_top/out/gtkw.h"
#include "sc_top/out/out_file.h"
#include "sc_top/run/flash_save.h"
#include "sc_top/run/report.h"
#include "sc_top/run/session.h"
#include "sc_top/text.h"

namespace vesper
{
namespace
{

// How often the host gets its turn, about: a person notices nothing of a millisecond.
constexpr sim_time POLL_INTERVAL = SIM_MS(1);
constexpr auto PROGRESS_INTERVAL = std::chrono::milliseconds(250);

// A multiple of the quantum, since a run may be cut there without a trace.
sim_time poll_interval(sim_time quantum)
{
    return (POLL_INTERVAL + quantum - 1) / quantum * quantum;
}

sim_time next_multiple(sim_time time, sim_time interval)
{
    return time >= SIM_TIME_NEVER - 2 * interval ? SIM_TIME_NEVER : (time / interval + 1) * interval;
}

} // namespace

const char *run_end_text(run_end end)
{
    switch (end) {
    case run_end::running:
        return "still running";
    case run_end::until:
        return "simulated time is over";
    case run_end::expected:
        return "all expected texts were printed";
    case run_end::stop_text:
        return "a text of run.stop_on was printed";
    case run_end::fail_text:
        return "a text of run.fail_on was printed";
    case run_end::rom_call:
        return "the mask ROM was called, and there is none (--rom FILE)";
    case run_end::exited:
        return "firmware exited";
    case run_end::asleep:
        return "all cores sleep, and nothing will wake them";
    case run_end::dead:
        return "all cores are dead";
    case run_end::quit:
        return "ended from the console";
    case run_end::interrupted:
        return "interrupted";
    case run_end::rtl_differs:
        return "a model and its RTL differ";
    case run_end::output_error:
        return "an output could not be written";
    }
    return "?";
}

// --- what nodes tell -----------------------------------------------------------------------------

void session::watch_panic(session_uart &u, std::uint8_t byte, sim_time time)
{
    panic_watch::event event = u.panic->byte(byte);
    if (event == panic_watch::PANIC)
        log_at(said.log(), LOG_GUEST, LOG_WARNING, time, u.name.c_str(), "%s", u.panic->said().front().c_str());
    if (event == panic_watch::STACK && !said.quiet())
        for (const std::string &line : u.panic->said())
            said.line(line);
}

void session::uart_byte(session_uart &u, std::uint8_t byte, sim_time time)
{
    if (u.on_output && (byte == '\n' || !u.by_line))
        said.console_byte(byte);
    console_put(u.host.get(), byte, time);
    if (u.copy)
        out_file_write(u.copy.get(), &byte, 1);
    watch_panic(u, byte, time);
    std::size_t expected = what.run.expect.size(), stops = expected + what.run.stop_on.size();
    for (std::size_t i = 0; i < u.expects.size(); i++) {
        if (!expect_byte(&u.expects[i], byte))
            continue;
        if (i < expected)
            expect_seen[i] = true;
        else
            finish_with(i < stops ? run_end::stop_text : run_end::fail_text);
    }
    if (expected && std::find(expect_seen.begin(), expect_seen.end(), false) == expect_seen.end())
        finish_with(run_end::expected);
}

void session::incident(session_node &n, node_incident kind, unsigned core, const char *text, sim_time time)
{
    std::string name = n.name + ".cpu" + std::to_string(core);
    core_died = core_died || kind == NODE_CORE_DEAD || kind == NODE_ROM_CALL;
    if (kind == NODE_ROM_CALL)
        finish_with(run_end::rom_call);
    if (kind != NODE_CORE_DEAD) // the core has said so itself
        log_at(said.log(), LOG_GUEST, LOG_WARNING, time, name.c_str(), "%s", text);
    if (said.quiet() && kind != NODE_CORE_DEAD)
        return;
    node_report_core(
        n.model.get(), core, [](void *ctx, const char *line) { static_cast<messages *>(ctx)->line(line); }, &said);
}

// What the cores of a node wait for, as far as can be seen.
void session::tell_waits(session_node &n)
{
    node_progress_report(
        n.model.get(), [](void *ctx, const char *line) { static_cast<messages *>(ctx)->line(line); }, &said);
}

// At the end, while a kernel's buses still stand: when nothing else has ended the run.
void session::tell_last_waits()
{
    bool was_waiting =
        end == run_end::until || end == run_end::interrupted || end == run_end::quit || end == run_end::asleep;
    for (const auto &n : all_nodes)
        if (was_waiting && !said.quiet())
            tell_waits(*n);
}

// The first reason counts; a failing text that comes in the same interval as a good end goes before it.
void session::finish_with(run_end reason)
{
    if (end == run_end::running || reason == run_end::fail_text)
        end = reason;
}

// --- the host's turn -----------------------------------------------------------------------------

bool session::input_may_come() const
{
    return (net && net->has_host()) || typing_may_come();
}

bool session::typing_may_come() const
{
    if (input.replay())
        return false;
    for (const auto &n : all_nodes) {
        if (!node_listens(n->model.get()))
            continue;
        for (const session_uart &u : n->uart)
            if (console_is_live(u.host.get()))
                return true;
    }
    return false;
}

// While nothing can happen in any node, and nobody can send anything, there is nothing to poll for.
sim_time session::next_poll(sim_time now)
{
    sim_time activity = shared_queue() ? evq_next_time(shared_queue()) : SIM_TIME_NEVER;
    bool readable = input.replay() != nullptr; // as often as when it was recorded
    for (const auto &n : all_nodes) {
        activity = std::min(activity, node_next_activity(n->model.get()));
        for (const session_uart &u : n->uart)
            readable = readable || console_fd(u.host.get()) >= 0;
    }
    sim_time least = readable ? now : std::max(now, activity == 0 ? 0 : activity - 1);
    sim_time next = std::min(next_multiple(least, poll_interval(what.run.quantum)), what.run.until);
    if (!net)
        return next;
    next_turn = std::min(next, std::max(net->next_interval(), now));
    return std::min(next_turn, std::max(net->next_poll(), now));
}

void session::poll_uart(session_node &n, session_uart &u, sim_time now)
{
    std::uint8_t bytes[256];
    std::size_t room = sizeof bytes - std::min(sizeof bytes, u.waiting.size());
    std::size_t count = console_poll(u.host.get(), bytes, input.replay() ? 0 : room);
    u.waiting.insert(u.waiting.end(), bytes, bytes + count);
    input.note(static_cast<unsigned>(n.number), u.number, bytes, count, now);
    if (input.replay())
        input.recall(static_cast<unsigned>(n.number), u.number, &u.waiting, now);
    if (!u.waiting.empty()) {
        std::size_t taken = node_uart_input(n.model.get(), u.number, u.waiting.data(), u.waiting.size(), now);
        u.waiting.erase(u.waiting.begin(), u.waiting.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    if (console_wants_quit(u.host.get()))
        finish_with(run_end::quit);
}

// Mode both ends the run; RTL in place of a model that says something else is told of, and goes on.
void session::rtl_differs(std::size_t number, sim_time now, const std::string &text, bool ends)
{
    log_at(said.log(), LOG_HOST, ends ? LOG_ERROR : LOG_WARNING, now, (all_nodes[number]->name + ".rtl").c_str(),
           "%s, at %" PRIu64 " ps", text.c_str(), now);
    if (!ends)
        return;
    rtl_differed = true;
    finish_with(run_end::rtl_differs);
}

sim_status session::write_rtl_windows()
{
    sim_status status = SIM_OK;
    for (const auto &n : all_nodes) {
        const rtl_radio *rtl_parts = radio ? radio->rtl_of(static_cast<unsigned>(n->number)) : nullptr;
        if (!rtl_parts || rtl_parts->counts().differences == 0 || !rtl_parts->has_window())
            continue;
        std::string file = n->name + ".rtl_difference.vcd", path = what.run.output.empty() ? file : output_path(file);
        sim_status written = rtl_parts->write_window(path, ended_at, said.log());
        status = status == SIM_OK ? written : status;
        if (written == SIM_OK)
            log_at(said.log(), LOG_HOST, LOG_INFO, ended_at, (n->name + ".rtl").c_str(), "the waveform around it: %s",
                   path.c_str());
    }
    return status;
}

void session::check_nodes()
{
    std::size_t exited = 0, dead = 0, idle = 0;
    for (const auto &n : all_nodes) {
        node_state state = node_get_state(n->model.get());
        exited += state == NODE_EXITED;
        dead += state == NODE_DEAD;
        idle += state == NODE_IDLE;
    }
    if (all_nodes.empty() || exited + dead + idle < all_nodes.size())
        return;
    // A frame may wake them.
    bool shared_is_alive = shared_queue() && evq_next_time(shared_queue()) != SIM_TIME_NEVER;
    if (exited == all_nodes.size())
        finish_with(run_end::exited);
    else if (shared_is_alive)
        return;
    else if (idle == 0 && dead > 0)
        finish_with(run_end::dead);
    else if (what.run.until == SIM_TIME_NEVER && !input_may_come())
        finish_with(run_end::asleep);
}

void session::check_outputs()
{
    bool good = !waveform || vcd_status(waveform.get()) == SIM_OK;
    good = good && (!radio_out || radio_out->status() == SIM_OK);
    for (const auto &n : all_nodes)
        for (const session_uart &u : n->uart)
            good =
                good && console_status(u.host.get()) == SIM_OK && (!u.copy || out_file_status(u.copy.get()) == SIM_OK);
    if (!good) {
        end = run_end::output_error;
    }
}

void session::check_ends(sim_time now)
{
    unsigned reason = 0;
    if (*interrupted)
        finish_with(run_end::interrupted);
    if (input.recall_end(now, &reason))
        finish_with(reason == static_cast<unsigned>(run_end::quit) ? run_end::quit : run_end::interrupted);
    check_nodes();
    if (now >= what.run.until)
        finish_with(run_end::until);
    check_outputs();
}

// While all nodes sleep for good and only the host can wake them, by how many host seconds simulated time is ahead of
// real time. Without a pace it would run away from a person who types, and through all time when there is no end.
double session::idle_lead_of(sim_time now)
{
    double ahead = seconds_of(now) - host_seconds();
    bool idle = std::all_of(all_nodes.begin(), all_nodes.end(),
                            [](const auto &n) { return node_get_state(n->model.get()) == NODE_IDLE; });
    if (!idle || !(what.run.until == SIM_TIME_NEVER ? input_may_come() : typing_may_come()))
        idle_lead = ahead;
    return ahead - idle_lead;
}

// Sleeps, never longer than a progress line may wait. True: input has come, or a signal.
bool session::nap(double seconds, bool until_input)
{
    std::vector<pollfd> fds;
    for (const auto &n : all_nodes)
        for (const session_uart &u : n->uart)
            if (until_input && !input.replay() && u.waiting.empty() && console_fd(u.host.get()) >= 0)
                fds.push_back({console_fd(u.host.get()), POLLIN, 0});
    if (until_input && net)
        net->add_descriptors(&fds);
    timespec time = {0, static_cast<long>(std::min(seconds, 0.2) * 1e9)};
    while (int ready = ::ppoll(fds.data(), fds.size(), &time, nullptr)) {
        if (ready < 0 ||
            std::any_of(fds.begin(), fds.end(), [](const pollfd &f) { return f.revents & (POLLIN | POLLOUT); }))
            return true;
        for (pollfd &f : fds) // a terminal that nobody has opened, a pipe without writer
            f.fd = f.revents ? -1 : f.fd;
    }
    return false;
}

// Input ends the wait, so that it is served at once, but only within the last interval: so simulated time is never
// ahead by more than two, however much comes.
void session::keep_pace(sim_time now)
{
    double interval = 0;
    if (!clock.paced() && input.replay())
        return; // nobody is there to wait for
    if (clock.paced()) {
        clock.reached(now, host_seconds());
        interval = clock.host_seconds(poll_interval(what.run.quantum));
    }
    auto lead = [&] { return clock.paced() ? clock.lead(now, host_seconds()) : idle_lead_of(now); };
    bool flushed = false;
    for (double seconds = lead(); seconds > 0 && !*interrupted; seconds = lead()) {
        for (const auto &n : all_nodes)
            for (const session_uart &u : n->uart)
                if (!flushed)
                    (void)console_poll(u.host.get(), nullptr, 0);
        flushed = true;
        bool too_early = clock.paced() && seconds > interval;
        if (nap(too_early ? seconds - interval : seconds, !too_early) && !too_early)
            return;
        show_progress(now);
    }
}

void session::show_progress(sim_time now)
{
    auto host = std::chrono::steady_clock::now();
    if (host < progress_due)
        return;
    progress_due = host + PROGRESS_INTERVAL;
    if (waveform)
        vcd_flush(waveform.get());
    if (radio_out)
        radio_out->flush();
    input.flush(); // first: what a capture shows of a killed run is in its record
    if (net)
        net->flush();
    for (const auto &n : all_nodes)
        for (const session_uart &u : n->uart)
            if (u.copy)
                out_file_flush(u.copy.get());
    if (said.quiet() || !said.on_terminal())
        return;
    said.progress(progress_line(now, what.run.until, progress_time, host_seconds() - progress_host));
    progress_time = now;
    progress_host = host_seconds();
}

bool session::poll(sim_time now)
{
    if (now < next_turn && end == run_end::running) { // a network's look at the host, in the middle of a conversation
        keep_pace(now);
        net->poll(now);
        input.flush();
        return true;
    }
    ended_at = now;
    if (radio)
        radio->advance_rtl(now);
    if (waveform)
        vcd_advance(waveform.get(), now);
    if (end == run_end::running)
        keep_pace(now);
    if (net)
        net->poll(now);
    for (const auto &n : all_nodes)
        for (session_uart &u : n->uart)
            poll_uart(*n, u, now);
    for (const auto &n : all_nodes)
        if (node_progress_look(n->model.get()) && !said.quiet())
            tell_waits(*n);
    check_ends(now);
    input.flush();
    if (end != run_end::running) {
        tell_last_waits();
        return false;
    }
    show_progress(now);
    return true;
}

// --- the end -------------------------------------------------------------------------------------

std::vector<std::string> session::missing_texts() const
{
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < expect_seen.size(); i++)
        if (!expect_seen[i])
            missing.push_back(what.run.expect[i]);
    return missing;
}

void session::close_air()
{
    if (!radio_out)
        return;
    for (const auto &n : all_nodes) {
        cpu_use use = cpu_use_of(*n, ended_at);
        radio_out->set_cpu(static_cast<unsigned>(n->number), use.hz, use.busy, use.slept);
    }
    radio_out->close(ended_at);
}

sim_status session::write_view()
{
    std::vector<std::string> blocks = rtl ? rtl->scopes() : std::vector<std::string>{};
    std::vector<std::string> ports = rtl ? rtl->ports() : std::vector<std::string>{};
    std::vector<const char *> block_names, port_names, node_names;
    if (!waveform || what.trace.gtkw.empty())
        return SIM_OK;
    for (const std::string &name : blocks)
        block_names.push_back(name.c_str());
    for (const std::string &name : ports)
        port_names.push_back(name.c_str());
    for (const auto &n : all_nodes)
        node_names.push_back(n->name.c_str());
    const gtkw_names names = {node_names.data(),  node_names.size(), block_names.data(),
                              block_names.size(), port_names.data(), port_names.size()};
    vcd_advance(waveform.get(), ended_at);
    return gtkw_write(what.trace.gtkw.c_str(), std::filesystem::absolute(waveform_path()).c_str(), waveform.get(),
                      &names, said.log());
}

sim_status session::write_results()
{
    sim_status status = SIM_OK;
    auto keep_first = [&status](sim_status other) { status = status == SIM_OK ? other : status; };
    keep_first(write_view());
    keep_first(write_rtl_windows());
    keep_first(vcd_finish(waveform.release(), ended_at));
    if (end == run_end::quit || end == run_end::interrupted)
        input.note_end(static_cast<unsigned>(end), ended_at);
    std::string metrics = what.run.output.empty() ? std::string{} : metrics_json(*this);
    keep_first(radio_out ? radio_out->finish() : SIM_OK);
    keep_first(net ? net->finish() : SIM_OK);
    keep_first(input.finish());
    for (const auto &n : all_nodes)
        for (session_uart &u : n->uart) {
            keep_first(out_file_finish(u.copy.release()));
            keep_first(console_close(u.host.release()));
        }
    if (what.run.output.empty())
        return status;
    auto write = [&](const char *name, const std::string &text) {
        out_file *file = nullptr;
        sim_status opened = out_file_open(output_path(name).c_str(), said.log(), &file);
        keep_first(opened);
        if (opened != SIM_OK)
            return;
        out_file_text(file, text.c_str());
        keep_first(out_file_finish(file));
    };
    write("metrics.json", metrics);
    write("scenario.effective.toml", scenario_effective(what));
    return status;
}

bool session::firmware_panicked() const
{
    for (const auto &n : all_nodes)
        for (const session_uart &u : n->uart)
            if (u.panic->panicked())
                return true;
    return false;
}

exit_code session::finish()
{
    said.progress("");
    double seconds = host_seconds();
    uint64_t exit_codes = 0;
    for (const auto &n : all_nodes)
        exit_codes |= node_get_state(n->model.get()) == NODE_EXITED ? node_exit_code(n->model.get()) : 0;
    close_air();
    sim_status covered = rtl ? rtl->finish(ended_at, what.run.output) : SIM_OK;
    std::string summary = summary_text(*this, seconds);
    sim_status status = write_results();
    for (const auto &n : all_nodes) {
        node_frames_finish(n->model.get(), ended_at);
        for (const auto &display : n->displays)
            status = status == SIM_OK ? display->status : status;
        sim_status saved = save_flash(n->options, n->index, n->model.get(), what.run.output, said.log());
        status = status == SIM_OK ? saved : status;
    }
    if (!said.quiet())
        said.line(summary);
    for (const std::string &text : missing_texts())
        log_at(said.log(), LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, "run.expect", "no console printed '%s'", text.c_str());
    if (status != SIM_OK || covered != SIM_OK || end == run_end::output_error)
        return EXIT_USER_ERROR;
    bool failed = core_died || rtl_differed || firmware_panicked() || end == run_end::dead ||
                  end == run_end::fail_text || exit_codes != 0;
    bool good_end = end != run_end::interrupted && end != run_end::quit;
    return failed || (good_end && !missing_texts().empty()) ? EXIT_GUEST_FAILED : EXIT_OK;
}

} // namespace vesper
