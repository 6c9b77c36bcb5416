// SPDX-License-Identifier: Apache-2.0
// One run of a scenario without the question who drives it: builds nodes, consoles and outputs, is polled at fixed
// simulated times, decides when the run ends, and writes the results. A kernel (plain_kernel.h, sc_kernel.h) moves the
// nodes forward in between.
#ifndef VESPER_SC_TOP_RUN_SESSION_H
#define VESPER_SC_TOP_RUN_SESSION_H

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sc_top/console/console.h"
#include "sc_top/console/expect.h"
#include "sc_top/node/node.h"
#include "sc_top/node/stimulus.h"
#include "sc_top/out/out_file.h"
#include "sc_top/out/vcd.h"
#include "sc_top/rtl/rtl_scene.h"
#include "sc_top/run/board_setup.h"
#include "sc_top/run/host_input.h"
#include "sc_top/run/messages.h"
#include "sc_top/run/net_scene.h"
#include "sc_top/run/pacer.h"
#include "sc_top/run/panic.h"
#include "sc_top/run/radio_outputs.h"
#include "sc_top/run/radio_scene.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

// What `vesper` returns to the shell.
enum exit_code { EXIT_OK = 0, EXIT_GUEST_FAILED = 1, EXIT_USER_ERROR = 2 };

// Why a run ended.
enum class run_end {
    running,
    until,       // the scenario's time is over
    expected,    // every expected text was printed
    stop_text,   // a text of run.stop_on
    fail_text,   // a text of run.fail_on
    exited,      // every firmware called exit
    asleep,      // all cores sleep for good
    dead,        // the cores of every node are dead
    rom_call,    // a function of the mask ROM was called, and there is none
    quit,        // Ctrl-A x
    interrupted, // Ctrl-C
    rtl_differs, // a model and the RTL beside it said different things
    output_error // an output could not be written
};
const char *run_end_text(run_end end);

struct image_deleter {
    void operator()(image *i) const
    {
        image_destroy(i);
    }
};
struct node_deleter {
    void operator()(node *n) const
    {
        node_destroy(n);
    }
};
struct console_deleter {
    void operator()(console *c) const
    {
        console_close(c);
    }
};
struct out_file_deleter {
    void operator()(out_file *f) const
    {
        out_file_abandon(f);
    }
};
struct vcd_deleter {
    void operator()(vcd *v) const
    {
        vcd_abandon(v);
    }
};
struct flash_deleter {
    void operator()(flash_content *f) const
    {
        flash_content_destroy(f);
    }
};
struct rom_deleter {
    void operator()(rom *r) const
    {
        rom_destroy(r);
    }
};
struct pool_deleter {
    void operator()(xt_pool *p) const
    {
        xt_pool_destroy(p);
    }
};
struct evq_deleter {
    void operator()(evq *q) const
    {
        evq_destroy(q);
    }
};
using image_ptr = std::unique_ptr<image, image_deleter>;

class session;

// One UART with its host end.
struct session_uart {
    session *owner = nullptr;
    std::size_t node = 0;
    unsigned number = 0;
    std::string name;
    std::unique_ptr<console, console_deleter> host;
    uart_link *link = nullptr; // into a network: then no text
    bool on_output = false;    // of vesper itself
    bool by_line = false;
    std::unique_ptr<out_file, out_file_deleter> copy; // in the output folder
    std::vector<expect> expects;                      // run.expect, then stop_on, then fail_on
    std::unique_ptr<panic_watch> panic;
    std::vector<std::uint8_t> waiting; // read from the host, not yet taken by the UART
};

struct session_node {
    session *owner = nullptr;
    std::size_t number = 0;  // of all nodes
    std::uint64_t index = 0; // of the replicas of its [[node]]
    std::string name;
    node_options options;
    image *firmware = nullptr;
    image *symbols = nullptr;
    const flash_content *flash = nullptr;
    struct rom *rom = nullptr;
    bool boot_rom = false;
    display_list displays;
    std::unique_ptr<node, node_deleter> model;
    session_uart uart[NODE_UARTS];
    std::vector<std::unique_ptr<stimulus>> stimuli;
    std::function<void(sim_time at)> scheduled; // set by a kernel that sleeps for the node
};

class session
{
  public:
    // interrupted: becomes nonzero when the user wants the run to end.
    session(scenario what, messages &out, const volatile std::sig_atomic_t *interrupted);
    ~session();
    session(const session &) = delete;
    session &operator=(const session &) = delete;

    // Reads images, opens outputs and consoles, builds the nodes. Everything is checked before anything is written.
    sim_status build();

    // Power-on, after a kernel has wired the nodes.
    sim_status start();

    const scenario &config() const
    {
        return what;
    }
    const std::vector<std::unique_ptr<session_node>> &nodes() const
    {
        return all_nodes;
    }

    // The queue of what the nodes share, the air and the networks, or nullptr. What a node asks of them takes effect
    // more than a quantum later, and so does what they do to a node: the order in which a kernel runs them is of no
    // consequence.
    struct evq *shared_queue() const
    {
        return radio ? radio->queue() : own_queue.get();
    }
    const rtl_scene *rtl_blocks() const
    {
        return rtl.get();
    }
    const radio_scene *air_scene() const
    {
        return radio.get();
    }
    // NULL: the run has none. For programs that put frames into it (tests/bench/station_bench.cpp).
    struct air *air() const
    {
        return radio ? radio->model() : nullptr;
    }
    const radio_outputs *air_outputs() const
    {
        return radio_out.get();
    }
    const net_scene *networks() const
    {
        return net.get();
    }
    const pacer &pace() const
    {
        return clock;
    }

    // When the kernel is to poll next, what is shared and all nodes having run until then.
    sim_time next_poll(sim_time now);

    // Host's turn at a simulated time: consoles, waveform, progress, pace. False: the run has ended.
    bool poll(sim_time now);

    // Completes all outputs and prints the summary; what vesper returns to the shell.
    exit_code finish();

    run_end ended() const
    {
        return end;
    }
    sim_time end_time() const
    {
        return ended_at;
    }
    std::vector<std::string> missing_texts() const;
    const messages &out() const
    {
        return said;
    }
    double host_seconds() const;
    std::string output_path(const std::string &name) const;

  private:
    scenario what;
    messages &said;
    const volatile std::sig_atomic_t *interrupted;
    std::vector<image_ptr> images;
    std::vector<std::unique_ptr<struct rom, rom_deleter>> roms;
    std::vector<std::unique_ptr<flash_content, flash_deleter>> flash_chips; // one for each image and size
    std::unique_ptr<vcd, vcd_deleter> waveform;
    std::unique_ptr<xt_pool, pool_deleter> pool;
    std::vector<std::unique_ptr<session_node>> all_nodes;
    std::unique_ptr<rtl_scene> rtl;              // NULL: none; before the nodes it is on
    std::unique_ptr<radio_outputs> radio_out;    // outlives what it sees
    std::unique_ptr<radio_scene> radio;          // NULL: no air
    std::unique_ptr<evq, evq_deleter> own_queue; // of the networks, when there is no air
    host_input input;                            // outlives the networks
    std::unique_ptr<net_scene> net;              // NULL: no networks
    pacer clock;
    std::vector<bool> expect_seen;
    run_end end = run_end::running;
    sim_time ended_at = 0;
    sim_time next_turn = 0; // the host's, for all that poll() does; before it only networks look at the host
    bool core_died = false;
    bool rtl_differed = false;
    std::chrono::steady_clock::time_point host_start;
    std::chrono::steady_clock::time_point progress_due;
    sim_time progress_time = 0;
    double progress_host = 0;
    double idle_lead = 0; // host seconds by which simulated time was ahead when all nodes fell asleep

    sim_status load_images();
    sim_status load_image(const std::string &path, image **result);
    sim_status load_chip(const std::string &path, image **result);
    sim_status load_rom(const std::string &path, struct rom **result);
    sim_status choose_rom(const node_options &options, struct rom **result);
    sim_status load_program(const node_options &options, session_node *program);
    sim_status make_flash(const image &firmware, std::uint32_t size, const flash_content **result);
    sim_status open_outputs();
    sim_status burn_fuses(const session_node &n, node_config &config);
    sim_status build_node(session_node &n);
    sim_status connect_air();
    sim_status open_host_input();
    sim_status build_networks();
    sim_status connect_networks();
    void close_air();
    sim_status open_uart(session_node &n, unsigned number, const std::string &spec);
    void add_stimuli(session_node &n);
    bool firmware_panicked() const;
    void uart_byte(session_uart &u, std::uint8_t byte, sim_time time);
    void watch_panic(session_uart &u, std::uint8_t byte, sim_time time);
    void incident(session_node &n, node_incident kind, unsigned core, const char *text, sim_time time);
    void tell_waits(session_node &n);
    void tell_last_waits();
    void finish_with(run_end reason);
    void poll_uart(session_node &n, session_uart &u, sim_time now);
    void check_ends(sim_time now);
    void check_nodes();
    void check_outputs();
    void rtl_differs(std::size_t number, sim_time now, const std::string &text, bool ends);
    sim_status write_rtl_windows();
    bool input_may_come() const;
    bool typing_may_come() const;
    double idle_lead_of(sim_time now);
    bool nap(double seconds, bool until_input);
    void keep_pace(sim_time now);
    void show_progress(sim_time now);
    std::string waveform_path() const;
    sim_status write_view();
    sim_status write_results();
};

} // namespace vesper
#endif
