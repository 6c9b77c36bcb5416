// SPDX-License-Identifier: Apache-2.0
// A Verilated module behind rtl_abi.h. `vesper rtl build` compiles it once for each block, with the generated
// rtl_ports.inc beside it, which defines
//
//   BLOCK_TOP, BLOCK_BUILDER, BLOCK_BUS, BLOCK_TRACE, BLOCK_COVERAGE, BLOCK_SAVE
//   block_ports[]                                  what the block has
//   block_clock(Vblock &, level)                   drives the clock
//   block_drive(Vblock &, const uint64_t *pin)     pins to input ports
//   block_sample(const Vblock &, uint64_t *pin)    output ports to pins
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "Vblock.h"
#include "rtl_abi.h"
#include "rtl_ports.inc"
#include "verilated.h"
#if BLOCK_TRACE
#include "verilated_vcd_c.h"
#endif
#if BLOCK_COVERAGE
#include "verilated_cov.h"
#endif
#if BLOCK_SAVE
#include "verilated_save.h"
#endif

namespace
{

#if BLOCK_TRACE
// Verilator's waveform, read back as it is written: the only way to all signals that its documentation promises.
class vcd_reader : public VerilatedVcdFile
{
  public:
    explicit vcd_reader(const rtl_host &sink) : host(sink)
    {
    }
    bool open(const std::string &) override
    {
        return true;
    }
    void close() override
    {
    }
    ssize_t write(const char *bytes, ssize_t size) override
    {
        for (ssize_t i = 0; i < size; i++) {
            if (bytes[i] != '\n') {
                text += bytes[i];
                continue;
            }
            if (in_header)
                header_line();
            else
                value_line();
            text.clear();
        }
        return size;
    }
    bool wanted() const
    {
        return !ids.empty();
    }

  private:
    struct signal {
        uint32_t id;
        unsigned lsb; // of the up to 64 bits of the value that it shows
    };
    rtl_host host;
    std::string text;
    bool in_header = true;
    std::vector<std::string> scopes;
    std::unordered_map<std::string, std::vector<signal>> ids; // by code; nets that are one share it
    uint64_t now = 0;

    static std::vector<std::string> words(const std::string &line)
    {
        std::vector<std::string> result;
        for (std::size_t i = 0; i < line.size();) {
            std::size_t end = line.find(' ', i);
            end = end == std::string::npos ? line.size() : end;
            if (end > i)
                result.push_back(line.substr(i, end - i));
            i = end + 1;
        }
        return result;
    }

    // The ports stand in "TOP" and in the module below it, under the same codes: once is enough.
    std::string scope() const
    {
        std::string result;
        for (std::size_t i = 2; i < scopes.size(); i++)
            result += (i > 2 ? "." : "") + scopes[i];
        return result;
    }

    void header_line()
    {
        std::vector<std::string> w = words(text);
        if (w.size() >= 3 && w[0] == "$scope")
            scopes.push_back(w[2]);
        else if (!w.empty() && w[0] == "$upscope" && !scopes.empty())
            scopes.pop_back();
        else if (w.size() >= 5 && w[0] == "$var" && scopes.size() >= 2)
            declare(static_cast<unsigned>(std::stoul(w[2])), w[3], w[4]);
        else if (!w.empty() && w[0] == "$enddefinitions")
            in_header = false;
    }

    void declare(unsigned width, const std::string &code, const std::string &name)
    {
        for (unsigned lsb = 0; lsb < width; lsb += 64) {
            unsigned part = width - lsb < 64 ? width - lsb : 64;
            std::string full =
                width <= 64 ? name : name + "_" + std::to_string(lsb + part - 1) + "_" + std::to_string(lsb);
            if (uint32_t id = host.declare(host.ctx, scope().c_str(), full.c_str(), part))
                ids[code].push_back({id, lsb});
        }
    }

    void value_line()
    {
        if (text.empty())
            return;
        if (text[0] == '#') {
            now = std::stoull(text.substr(1));
            return;
        }
        std::size_t space = text.find(' ');
        bool vector = text[0] == 'b' && space != std::string::npos;
        std::string bits = vector ? text.substr(1, space - 1) : text.substr(0, 1);
        auto found = ids.find(vector ? text.substr(space + 1) : text.substr(1));
        if (found == ids.end())
            return;
        for (const signal &s : found->second) {
            uint64_t value = 0;
            for (std::size_t i = 0; i < bits.size() && i < s.lsb + 64u; i++)
                if (i >= s.lsb && bits[bits.size() - 1 - i] == '1')
                    value |= UINT64_C(1) << (i - s.lsb);
            host.change(host.ctx, s.id, now, value);
        }
    }
};
#endif

#if BLOCK_SAVE
class memory_save : public VerilatedSerialize
{
  public:
    explicit memory_save(std::vector<uint8_t> *to) : bytes(to)
    {
        bytes->clear();
        m_isOpen = true;
    }
    ~memory_save() override
    {
        memory_save::flush();
    }
    void flush() override
    {
        bytes->insert(bytes->end(), m_bufp, m_cp);
        m_cp = m_bufp;
    }

  private:
    std::vector<uint8_t> *bytes;
};

class memory_restore : public VerilatedDeserialize
{
  public:
    explicit memory_restore(const std::vector<uint8_t> &from) : bytes(from)
    {
        m_isOpen = true;
        m_endp = m_bufp;
    }

  protected:
    // Called when little is left in the buffer; what is left moves to its front.
    void fill() override
    {
        auto left = static_cast<std::size_t>(m_endp - m_cp);
        std::memmove(m_bufp, m_cp, left);
        std::size_t more = bytes.size() - taken;
        more = more < bufferSize() - left ? more : bufferSize() - left;
        if (more)
            std::memcpy(m_bufp + left, bytes.data() + taken, more);
        taken += more;
        m_cp = m_bufp;
        m_endp = m_bufp + left + more;
    }

  private:
    const std::vector<uint8_t> &bytes;
    std::size_t taken = 0;
};
#endif

struct watched {
    uint64_t clk_req, irq, gpio_out, gpio_oe, dma;
    bool operator!=(const watched &b) const
    {
        return clk_req != b.clk_req || irq != b.irq || gpio_out != b.gpio_out || gpio_oe != b.gpio_oe || dma != b.dma;
    }
};

struct block {
    rtl_host host;
    uint64_t hz;
    uint64_t pin[RTL_PIN_COUNT];
    VerilatedContext context;
    std::unique_ptr<Vblock> model;
    std::string printed; // since the last newline
    uint64_t dumped;     // time of the last dump
#if BLOCK_TRACE
    std::unique_ptr<vcd_reader> reader;
    std::unique_ptr<VerilatedVcdC> vcd; // after its reader: it writes when it goes
#endif
#if BLOCK_SAVE
    std::vector<uint8_t> saved;
    uint64_t saved_pin[RTL_PIN_COUNT];
#endif
};

// Verilator's run-time calls printf and $finish without saying for whom.
thread_local block *current;

uint64_t rise(const block &b, uint64_t cycle)
{
    unsigned __int128 scaled = static_cast<unsigned __int128>(cycle) * 1000000000000u;
    return static_cast<uint64_t>((scaled + (b.hz - 1)) / b.hz);
}

void dump(block &b, uint64_t time)
{
#if BLOCK_TRACE
    if (!b.vcd)
        return;
    b.dumped = time > b.dumped ? time : b.dumped + 1;
    b.vcd->dump(b.dumped);
#else
    (void)b;
    (void)time;
#endif
}

void hand_over(block &b)
{
#if BLOCK_TRACE
    if (b.vcd)
        b.vcd->flush();
#else
    (void)b;
#endif
}

void edge(block &b, bool level, uint64_t time)
{
    b.context.time(time);
    block_clock(*b.model, level);
    b.model->eval();
    dump(b, time);
}

watched watch(const block &b)
{
    const uint64_t *p = b.pin;
    return {p[RTL_CLK_REQ], p[RTL_IRQ], p[RTL_GPIO_OUT], p[RTL_GPIO_OE],
            p[RTL_M_AWVALID] | p[RTL_M_WVALID] << 1 | p[RTL_M_ARVALID] << 2};
}

void *create(const rtl_host *host, uint64_t hz)
{
    auto *b = new (std::nothrow) block{};
    if (!b)
        return nullptr;
    b->host = *host;
    b->hz = hz;
    current = b;
    b->context.randReset(0); // registers without a reset value begin at 0, in every run
    b->context.traceEverOn(BLOCK_TRACE);
    b->model.reset(new Vblock(&b->context, ""));
    block_clock(*b->model, false);
    block_drive(*b->model, b->pin);
    b->model->eval();
    block_sample(*b->model, b->pin);
    return b;
}

void destroy(void *self)
{
    auto *b = static_cast<block *>(self);
    if (!b)
        return;
    current = b;
    b->model->final();
    delete b;
}

uint64_t *pins(void *self)
{
    return static_cast<block *>(self)->pin;
}

void settle(void *self, uint64_t time)
{
    auto *b = static_cast<block *>(self);
    current = b;
    b->context.time(time);
    block_drive(*b->model, b->pin);
    b->model->eval();
    dump(*b, time);
    hand_over(*b);
    block_sample(*b->model, b->pin);
}

uint64_t run(void *self, uint64_t first, uint64_t count)
{
    auto *b = static_cast<block *>(self);
    current = b;
    watched before = watch(*b);
    uint64_t done = 0, time = rise(*b, first);
    uint64_t previous = first ? rise(*b, first - 1) : 0;
    while (done < count) {
        edge(*b, false, previous + (time - previous) / 2);
        edge(*b, true, time);
        done++;
        block_sample(*b->model, b->pin);
        if (watch(*b) != before || b->context.gotFinish())
            break;
        previous = time;
        time = rise(*b, first + done);
    }
    hand_over(*b);
    return done;
}

#if BLOCK_SAVE
void save(void *self)
{
    auto *b = static_cast<block *>(self);
    memory_save to(&b->saved);
    to << *b->model;
    std::memcpy(b->saved_pin, b->pin, sizeof b->pin);
}

void restore(void *self)
{
    auto *b = static_cast<block *>(self);
    memory_restore from(b->saved);
    from >> *b->model;
    std::memcpy(b->pin, b->saved_pin, sizeof b->pin);
}
#endif

#if BLOCK_TRACE
void trace(void *self)
{
    auto *b = static_cast<block *>(self);
    current = b;
    b->reader.reset(new vcd_reader(b->host));
    b->vcd.reset(new VerilatedVcdC(b->reader.get()));
    b->model->trace(b->vcd.get(), 99);
    b->vcd->open("-");
    b->vcd->flush();
    if (!b->reader->wanted()) {
        b->vcd->close();
        b->vcd.reset();
        return;
    }
    b->vcd->dump(static_cast<uint64_t>(0));
    b->vcd->flush();
}
#endif

#if BLOCK_COVERAGE
int write_coverage(void *self, const char *path)
{
    auto *b = static_cast<block *>(self);
    current = b;
    std::FILE *test = std::fopen(path, "w"); // Verilator would end the program
    if (!test)
        return errno ? errno : EIO;
    std::fclose(test);
    b->context.coveragep()->write(path);
    return 0;
}
#endif

const rtl_abi abi = {
    RTL_ABI_MAGIC,
    RTL_ABI_VERSION,
    sizeof(rtl_abi),
    BLOCK_BUS,
    (BLOCK_TRACE ? RTL_HAS_TRACE : 0) | (BLOCK_COVERAGE ? RTL_HAS_COVERAGE : 0) | (BLOCK_SAVE ? RTL_CAN_SAVE : 0),
    sizeof block_ports / sizeof block_ports[0],
    block_ports,
    BLOCK_TOP,
    BLOCK_BUILDER,
    create,
    destroy,
    pins,
    settle,
    run,
#if BLOCK_SAVE
    save,
    restore,
#else
    nullptr,
    nullptr,
#endif
#if BLOCK_TRACE
    trace,
#else
    nullptr,
#endif
#if BLOCK_COVERAGE
    write_coverage,
#else
    nullptr,
#endif
};

void halt(const char *file, int line, const char *what)
{
    if (!current)
        return;
    current->context.gotFinish(true);
    std::string text = std::string(file ? file : "") + ":" + std::to_string(line) + ": " + what;
    current->host.halted(current->host.ctx, text.c_str());
}

} // namespace

// --- what Verilator's run-time leaves to its user (VL_USER_..., VL_PRINTF) -----------------------

extern "C" int vesper_rtl_printf(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (const char *p = text; current && *p; p++) {
        if (*p != '\n') {
            current->printed += *p;
            continue;
        }
        current->host.say(current->host.ctx, current->printed.c_str());
        current->printed.clear();
    }
    return length;
}

void vl_finish(const char *file, int line, const char *)
{
    halt(file, line, "$finish");
}

void vl_stop(const char *file, int line, const char *)
{
    halt(file, line, "$stop or a failed assertion");
}

void vl_fatal(const char *file, int line, const char *, const char *message)
{
    halt(file, line, message);
}

extern "C" __attribute__((visibility("default"))) const rtl_abi *vesper_rtl_abi(void)
{
    return &abi;
}
