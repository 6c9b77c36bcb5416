/* SPDX-License-Identifier: Apache-2.0 */
/* Loads web servers and measures how long they take to answer. Requests are an open loop: they come at random times
 * (a Poisson process), whether earlier ones were answered or not, each to one of the servers at random, each on a
 * connection of its own. A delay counts from the time at which a request was due to the last byte of its answer.
 *
 *   load FIRST SERVERS RATE SECONDS     GET /hello from SERVERS addresses from FIRST on; RATE requests a second in all
 *   eth ...                             as firmware/lwip/net.h
 *
 * Ends with a line of figures (httpload: servers=16 rate=80 sent=1600 answered=1600 ... p50_us=...) and "over". */
#include <stdio.h>
#include <string.h>

#include "firmware/drivers/chip.h"
#include "firmware/lwip/net.h"

#include "lwip/tcp.h"

enum { PORT = 80, IN_FLIGHT = 96, SERVERS_MAX = 200, RATE_MAX = 10000, SECONDS_MAX = 3600 };
enum { GIVE_UP_SECONDS = 30, LINE = 80, POLL_HALF_SECONDS = 2 };

static const char question[] = "GET /hello HTTP/1.1\r\nHost: esp32\r\nConnection: close\r\n\r\n";

struct request {
    struct tcp_pcb *pcb; /* NULL: free */
    uint64_t due_us;
    uint32_t bytes;
    bool is_answer; /* it begins with "HTTP/1.1 200" */
};

static struct request requests[IN_FLIGHT];

/* How many answers took how long: 64 steps an octave, so that a percentile is right within 1 %. */
enum { STEPS = 64, STEP_BITS = 6, OCTAVES = 26 };
static uint16_t delays[OCTAVES * STEPS];

static struct {
    bool runs;
    uint32_t first, servers, rate; /* first: host byte order */
    uint64_t next_us, end_us;
    uint32_t sent, answered, failed;
    uint32_t busy; /* not sent: too many under way */
    uint64_t bytes, sum_us;
    uint32_t min_us, max_us;
} load;

static unsigned step_of(uint32_t us)
{
    unsigned octave = us < STEPS ? 0 : 31u - (unsigned)__builtin_clz(us) - STEP_BITS + 1;
    unsigned step = octave ? octave * STEPS + (us >> (octave - 1)) % STEPS : us;
    return step < OCTAVES * STEPS ? step : OCTAVES * STEPS - 1;
}

/* The middle of a step. */
static uint32_t us_of(unsigned step)
{
    unsigned octave = step / STEPS;
    return octave ? ((STEPS + step % STEPS) << (octave - 1)) + ((1u << (octave - 1)) >> 1) : step;
}

static void forget(struct request *r)
{
    tcp_arg(r->pcb, NULL);
    tcp_recv(r->pcb, NULL);
    tcp_err(r->pcb, NULL);
    tcp_poll(r->pcb, NULL, 0);
    r->pcb = NULL;
}

static void end_request(struct request *r)
{
    uint64_t delay = net_time_us() - r->due_us;
    if (r->is_answer) {
        delays[step_of((uint32_t)delay)]++;
        load.sum_us += delay;
        load.min_us = delay < load.min_us ? (uint32_t)delay : load.min_us;
        load.max_us = delay > load.max_us ? (uint32_t)delay : load.max_us;
        load.answered++;
        load.bytes += r->bytes;
    } else {
        load.failed++;
    }
}

static err_t on_data(void *ctx, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct request *r = ctx;
    (void)error;
    if (data) {
        if (r->bytes == 0)
            r->is_answer = pbuf_memcmp(data, 0, "HTTP/1.1 200", 12) == 0;
        r->bytes += data->tot_len;
        tcp_recved(pcb, data->tot_len);
        pbuf_free(data);
        return ERR_OK;
    }
    end_request(r);
    forget(r);
    if (tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static void on_error(void *ctx, err_t error)
{
    struct request *r = ctx;
    (void)error;
    r->pcb = NULL; /* lwIP has freed it */
    r->is_answer = false;
    end_request(r);
}

static err_t on_poll(void *ctx, struct tcp_pcb *pcb)
{
    struct request *r = ctx;
    if (net_time_us() - r->due_us < GIVE_UP_SECONDS * 1000000u)
        return ERR_OK;
    r->is_answer = false;
    end_request(r);
    forget(r);
    tcp_abort(pcb);
    return ERR_ABRT;
}

static err_t on_connected(void *ctx, struct tcp_pcb *pcb, err_t error)
{
    (void)ctx;
    (void)error;
    tcp_write(pcb, question, sizeof question - 1, 0);
    return tcp_output(pcb);
}

static struct request *free_request(void)
{
    for (unsigned i = 0; i < IN_FLIGHT; i++)
        if (!requests[i].pcb)
            return &requests[i];
    return NULL;
}

static void send_request(uint64_t due_us)
{
    struct request *r = free_request();
    struct tcp_pcb *pcb = r ? tcp_new() : NULL;
    ip_addr_t server;
    load.sent++;
    if (!pcb) {
        load.busy++;
        return;
    }
    *r = (struct request){.pcb = pcb, .due_us = due_us};
    tcp_arg(pcb, r);
    tcp_recv(pcb, on_data);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_poll, POLL_HALF_SECONDS);
    ip_addr_set_ip4_u32(&server, lwip_htonl(load.first + chip_random() % load.servers));
    if (tcp_connect(pcb, &server, PORT, on_connected) == ERR_OK)
        return;
    load.busy++;
    forget(r);
    tcp_abort(pcb);
}

/* -ln(n / 2^32), n > 0: the exponent, and the series of the inverse hyperbolic tangent for the rest. */
static float minus_log(uint32_t n)
{
    const float ln2 = 0.6931472f;
    unsigned zeros = (unsigned)__builtin_clz(n);
    float m = (float)(n << zeros) / 2147483648.0f, t = (m - 1) / (m + 1), square = t * t;
    return (float)(zeros + 1) * ln2 - 2 * t * (1 + square * (1 / 3.0f + square * (1 / 5.0f + square / 7)));
}

/* Of a Poisson process. */
static uint64_t gap_us(void)
{
    return (uint64_t)(minus_log(chip_random() | 1) * 1e6f / (float)load.rate);
}

/* ---- The result ------------------------------------------------------------------------------------------------- */

/* So many percent of the answers took no longer. */
static unsigned percentile(unsigned percent)
{
    uint32_t before = 0, wanted = (load.answered * percent + 99) / 100;
    for (unsigned step = 0; step < OCTAVES * STEPS; step++) {
        before += delays[step];
        if (before >= wanted && before > 0)
            return us_of(step);
    }
    return 0;
}

static bool is_over(void)
{
    for (unsigned i = 0; i < IN_FLIGHT; i++)
        if (requests[i].pcb)
            return false;
    return net_time_us() >= load.end_us;
}

static void report(void)
{
    printf("httpload: servers=%u rate=%u sent=%u answered=%u failed=%u busy=%u bytes=%u", (unsigned)load.servers,
           (unsigned)load.rate, (unsigned)load.sent, (unsigned)load.answered, (unsigned)load.failed,
           (unsigned)load.busy, (unsigned)load.bytes);
    printf(" min_us=%u mean_us=%u p50_us=%u p90_us=%u p99_us=%u max_us=%u\n", load.answered ? (unsigned)load.min_us : 0,
           load.answered ? (unsigned)(load.sum_us / load.answered) : 0, percentile(50), percentile(90), percentile(99),
           (unsigned)load.max_us);
    printf("httpload: over\n");
}

/* ---- The program ------------------------------------------------------------------------------------------------ */

/* Microseconds until there is something to do. */
static uint32_t go_on(void)
{
    uint64_t now = net_time_us();
    while (load.runs && load.next_us < load.end_us && load.next_us <= now) {
        send_request(load.next_us);
        load.next_us += gap_us();
    }
    if (load.runs && is_over()) {
        load.runs = false;
        report();
    }
    uint64_t until = load.next_us < load.end_us ? load.next_us : load.end_us;
    return load.runs && until > now ? (uint32_t)(until - now) : NET_NO_HURRY;
}

/* Cuts the next word off; NULL: there is none. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " ");
    *rest = word + strcspn(word, " ");
    if (**rest)
        *(*rest)++ = 0;
    return *word ? word : NULL;
}

static const char *command_load(const char *value)
{
    char line[LINE], *rest = line;
    uint32_t seconds;
    ip4_addr_t first;
    if (load.runs)
        return "one after the other";
    if (strlen(value) >= sizeof line)
        return "FIRST SERVERS RATE SECONDS";
    strcpy(line, value);
    const char *word[4];
    for (unsigned i = 0; i < 4; i++) {
        word[i] = next_word(&rest);
        if (!word[i])
            return "FIRST SERVERS RATE SECONDS";
    }
    memset(&load, 0, sizeof load);
    memset(delays, 0, sizeof delays);
    load.min_us = UINT32_MAX;
    if (!ip4addr_aton(word[0], &first) || !command_number(word[1], 1, SERVERS_MAX, &load.servers) ||
        !command_number(word[2], 1, RATE_MAX, &load.rate) || !command_number(word[3], 1, SECONDS_MAX, &seconds))
        return "FIRST SERVERS RATE SECONDS";
    load.first = lwip_ntohl(ip4_addr_get_u32(&first));
    load.next_us = net_time_us() + gap_us();
    load.end_us = net_time_us() + (uint64_t)seconds * 1000000;
    load.runs = true;
    return NULL;
}

int main(void)
{
    static const struct command commands[] = {{"load", command_load}, NET_COMMANDS, {NULL, NULL}};
    printf("httpload: starts\n");
    net_init("httpload");
    net_loop(commands, go_on);
}
