/* SPDX-License-Identifier: Apache-2.0 */
/* UART0, UART1, UART2: transmitter, receiver, their FIFOs, and the host end of the wires.
 * Source: ESP32 TRM, chapter "UART Controller"; facts 4.5; units and work-arounds from ESP-IDF's uart_ll.h.
 *
 * Modelled: format (5 to 8 data bits, parity, 1, 1.5, 2 stop bits, DL0/DL1), exact fractional baud rate from APB or
 * REF_TICK, FIFO sizes, all thresholds, time-out, breaks both ways, pause after the FIFO ran empty, parity and framing
 * errors, overflow, RTS/CTS and XON/XOFF flow control, loopback, inversions, autobaud measurement, AT escape sequence,
 * state machines and memory pointers in STATUS.
 *
 * Characters cost one event each. Bits cost events only while somebody looks at the wire: a waveform, the GPIO matrix
 * where it matters, or the autobaud counters.
 *
 * Chosen where no document says: a character is sent from the next cycle of the UART's clock on; it is in the RX FIFO
 * in the middle of its (first) stop bit; a changed divider holds from the next bit on; CLKDIV 0 counts as 2^20; a break
 * is a character of zeros without stop bit, which is stored as 0; RX time-out comes once after a character; an AT
 * sequence's pauses are those on the wire; FIFO memory begins at 128 n for TX and at 384 + 128 n for RX.
 *
 * RS485: the receiver at the pin is off while the transmitter sends, unless RS485TX_RX_EN.
 *
 * Not modelled: the rest of RS485 (a transmitter that waits for the receiver, delays, its interrupts) and IrDA
 * (stored), wake-up from sleep, UHCI, FIFOs of different UARTs that overlap in memory, the
 * errata of FIFO resets and of FIFO accesses through APB. */
#ifndef VESPER_PERIPHERALS_UART_UART_H
#define VESPER_PERIPHERALS_UART_UART_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { UART_MEMORY = 1024, UART_HOST_QUEUE = 256 };

/* Bits of the interrupt registers. */
enum uart_interrupt {
    UART_RXFIFO_FULL = 1 << 0,
    UART_TXFIFO_EMPTY = 1 << 1,
    UART_PARITY_ERR = 1 << 2,
    UART_FRM_ERR = 1 << 3,
    UART_RXFIFO_OVF = 1 << 4,
    UART_DSR_CHG = 1 << 5,
    UART_CTS_CHG = 1 << 6,
    UART_BRK_DET = 1 << 7,
    UART_RXFIFO_TOUT = 1 << 8,
    UART_SW_XON = 1 << 9,
    UART_SW_XOFF = 1 << 10,
    UART_GLITCH_DET = 1 << 11,
    UART_TX_BRK_DONE = 1 << 12,
    UART_TX_BRK_IDLE_DONE = 1 << 13,
    UART_TX_DONE = 1 << 14,
    UART_AT_CMD_CHAR_DET = 1 << 18
};

/* The host end: a console, a file, a socket. Functions may be NULL. */
struct uart_port {
    void *ctx;
    /* A byte was sent; its last stop bit ends now. */
    void (*tx)(void *ctx, uint8_t byte, sim_time end);
    /* The transmitter held the wire low, for longer than a character or not. */
    void (*tx_break)(void *ctx, sim_time end);
    /* uart_receive() takes bytes again after having refused one; may be called from within it and from hooks. */
    void (*room)(void *ctx, sim_time now);
};

/* What is wrong with a byte from the host end. */
enum uart_fault {
    UART_FAULT_PARITY = 1, /* parity bit inverted; no effect without parity */
    UART_FAULT_FRAME = 2,  /* stop bit low */
    UART_FAULT_BREAK = 4   /* wire low for a whole character and its stop bit; the byte does not matter */
};

struct uart;

/* One character at a time on a wire, and its waveform when somebody looks. Time is counted in half bits. */
struct uart_wire {
    struct uart *uart;
    struct line *line;         /* idles high, less inversion; NULL: not connected */
    struct clock_domain ticks; /* 32 a cycle of the UART's clock: a half bit is 16 CLKDIV + FRAG ticks */
    uint64_t base_tick;        /* when half bit base_half begins */
    unsigned base_half;
    uint32_t half_ticks;
    uint32_t bits;  /* levels of the first 32 bits, start bit first */
    unsigned count; /* bits given by `bits`; those beyond 32 are low, those beyond count high */
    unsigned halves;
    bool inverted;
    unsigned watchers; /* bits: who wants edges */
    bool level;        /* as of the last edge made */
    trace_id signal;
    struct evq_event edge;
};

/* Counters never wrap back: byte n stands at n modulo the memory. */
struct uart_fifo {
    uint8_t memory[UART_MEMORY];
    unsigned read, written;
};

enum uart_tx_state { UART_TX_IDLE, UART_TX_DATA, UART_TX_BREAK, UART_TX_PAUSE };

struct uart_tx {
    struct uart_fifo fifo;
    struct uart_wire wire;
    enum uart_tx_state state;
    uint64_t pause_tick; /* when the pause began */
    uint8_t byte;
    bool break_due;
    bool stopped;      /* by a received XOFF */
    bool flow_due;     /* flow_char goes out before all data */
    bool xoff_is_sent; /* and XON must follow */
    uint8_t flow_char;
    struct evq_event event;
};

/* Where the character that is being received comes from. */
enum uart_rx_source { UART_RX_NOTHING, UART_RX_HOST, UART_RX_LOOPBACK, UART_RX_PIN };

struct uart_rx {
    struct uart_fifo fifo;
    enum uart_rx_source source;
    struct evq_event event; /* the middle of the stop bit, or of a start bit that may be a glitch */
    sim_time start;
    unsigned sample_half; /* in its character: the first half of the stop bit */
    bool rxd;             /* RXD as it comes from the matrix */
    bool level;           /* with inversion undone, or as the host end drives it while its wire is watched */
    unsigned sampled;     /* from the pin: bits so far, */
    uint32_t samples;     /* their levels, */
    uint32_t half_ticks;  /* and the rate at its start */
    uint64_t ticks_hz;
    sim_time end;   /* of the last character */
    bool timed_out; /* since then, or there was none */
    struct evq_event timeout;
    unsigned at_count; /* characters of an AT sequence so far */
    sim_time at_last;  /* end of the character before */
    struct evq_event at_event;
};

struct uart_host {
    struct uart_wire wire;
    struct uart_port port;
    struct {
        uint8_t byte, faults;
    } queue[UART_HOST_QUEUE];
    unsigned read, written;
    bool refused;
};

struct uart_autobaud {
    bool seen_edge, seen_rise, seen_fall;
    sim_time edge, rise, fall; /* the last ones */
};

struct uart {
    struct dev dev;
    unsigned number; /* 0..2 */
    bool untimed;
    struct line *irq; /* outputs, set by the node, NULL: not connected */
    struct line *rts; /* 0: active */
    struct line *dtr;
    bool cts, dsr;   /* inputs as they come from the matrix */
    bool ctsn, dsrn; /* and as they were last seen, after inversion and loopback */
    struct uart_tx tx;
    struct uart_rx rx;
    struct uart_host host;
    struct uart_autobaud autobaud;
    trace_id tx_byte_signal, rx_byte_signal;
};

/* In its power-on state; afterwards driven through dev_read, dev_write and dev_reset. name and env are borrowed.
 * SIM_NO_MEMORY. */
enum sim_status uart_init(struct uart *uart, unsigned number, const char *name, struct dev_env *env);
void uart_fini(struct uart *uart);

/* Connects the host end; port is copied. */
void uart_connect(struct uart *uart, const struct uart_port *port);

/* From now on bytes take next to no time on the wires, about that of a cycle of the UART's clock, whatever the divider
 * says; and the host end waits while the RX FIFO is full. No chip does: for those who ask how much of a delay is the
 * wire's. Before the first access. */
void uart_set_untimed(struct uart *uart);

/* The host end sends a byte: as soon as the wire is free, not before `time`, in the format and at the rate to which the
 * UART is set at that moment. faults: bits of enum uart_fault. Waits while RX_FLOW_EN holds RTS inactive, and in
 * loopback. false: UART_HOST_QUEUE bytes wait already, and `room` will be called. Resets do not touch the queue. */
bool uart_receive(struct uart *uart, uint8_t byte, unsigned faults, sim_time time);

/* --- Wires: what the node connects to the GPIO matrix ---------------------------------------------------------- */

/* Inputs, as listeners of lines; ctx: the UART. A character that arrives on RXD while the host end sends is lost. */
void uart_rxd_changed(void *ctx, bool level, sim_time time); /* idles high */
void uart_cts_changed(void *ctx, bool level, sim_time time); /* 0: may send; high until told */
void uart_dsr_changed(void *ctx, bool level, sim_time time); /* low until told */

/* TXD, and RXD as the host end drives it; ctx: the struct uart_wire, &uart.tx.wire or &uart.host.wire, whose `line`
 * gets edges only while it is watched. What they would show: */
bool uart_wire_shows(void *ctx, sim_time now);
void uart_wire_watch(void *ctx, bool watched, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
