/* SPDX-License-Identifier: Apache-2.0 */
/* The Wi-Fi MAC: the software half of it, that is queues, contention windows, the random backoff, retries, rate
 * fallback, duplicates and the receive ring. The hardware half makes one attempt for each enable: docs/wifi-mac.md.
 *
 * What is not here: the calibration of the radio, tens of thousands of accesses to registers that only the vendor's
 * binary knows. On a chip this driver takes over a radio that register_chipv7_phy has made ready; the registers that it
 * writes itself are those of the MAC, the channel and the power.
 *
 * All functions are for the core that has called wifi_init, outside of interrupt handlers unless they say otherwise. */
#ifndef VESPER_FIRMWARE_DRIVERS_WIFI_H
#define VESPER_FIRMWARE_DRIVERS_WIFI_H

#include "firmware/net/contention.h"
#include "firmware/net/dot11.h"
#include "firmware/net/rate.h"

enum wifi_queue { WIFI_VOICE, WIFI_VIDEO, WIFI_BEST_EFFORT, WIFI_BACKGROUND, WIFI_QUEUES };

enum { WIFI_RX_BUFFERS = 16, WIFI_RTS_NEVER = 4096 };

struct wifi_config {
    uint8_t address[DOT11_ADDRESS];
    uint8_t channel;     /* 1..14 */
    int8_t power_dbm;    /* 2..20 */
    bool is_promiscuous; /* receives everything; answers only what is for `address` all the same */
    struct contention_config queue[WIFI_QUEUES];
    uint16_t rts_threshold; /* bytes of PSDU from which a frame is preceded by RTS, at the rate of its ACK */
};

/* The EDCA parameters of IEEE 802.11-2020, table 9-155, retry limit 7, no fallback, RTS never, channel 1, 20 dBm, the
 * address in eFuse. */
struct wifi_config wifi_defaults(void);

/* False: the MAC does not answer. */
bool wifi_init(const struct wifi_config *config);

/* ---- Sending ---- */

struct wifi_descriptor { /* facts 4.9 */
    uint32_t control;
    uint8_t *buffer;
    struct wifi_descriptor *next;
};

/* The caller's, and left alone by him from wifi_send until `done`. */
struct wifi_frame {
    uint8_t *mpdu;   /* in DRAM, at a multiple of 4; the driver sets sequence number, Duration and retry bit */
    uint16_t length; /* without FCS */
    uint8_t queue;   /* enum wifi_queue */
    uint8_t rate;    /* enum rate: of the first attempt */
    uint8_t key;     /* slot of wifi_set_key; counts when the frame has the Protected bit */
    /* In the interrupt handler, with the next frame already handed to the hardware; may send again. */
    void (*done)(struct wifi_frame *frame);
    void *ctx;
    /* The result. */
    bool is_delivered; /* acknowledged, or sent to a group */
    uint8_t last_rate;
    uint16_t attempts;
    int8_t ack_snr;     /* dB, of the ACK; 127: not measured */
    uint32_t queued_us; /* wifi_time_us */
    uint32_t done_us;   /* when the driver saw the attempt ended */
    /* The driver's. */
    struct wifi_descriptor descriptor;
    struct wifi_frame *next;
};

/* Also from interrupt handlers, done callbacks too. */
void wifi_send(struct wifi_frame *frame);

/* Takes all frames back that are not on the air right now; they come back undelivered, by way of their callbacks,
 * before this returns. To be called before keys are removed: what is queued would go out unencrypted. */
void wifi_flush(void);

/* Frames in a queue, the one with the hardware included. */
unsigned wifi_queued(enum wifi_queue queue);

/* ---- Receiving ---- */

struct wifi_received {
    const uint8_t *mpdu;
    uint16_t length; /* without FCS */
    struct dot11_frame header;
    uint8_t rate;       /* enum rate */
    int8_t rssi;        /* dBm */
    int8_t noise_floor; /* dBm */
    uint8_t channel;
    bool is_decrypted; /* by the hardware: behind the header stands a CCMP header, then plaintext; the MIC is gone */
    uint32_t time_us;  /* MAC time of its end */
    void *handle;
};

/* The next frame, duplicates left out; false: none now. Its bytes are valid until wifi_release. */
bool wifi_receive(struct wifi_received *received);
/* Gives the buffer back to the hardware; in any order. */
void wifi_release(const struct wifi_received *received);
/* Whether wifi_receive is worth a call; also with interrupts masked, before sleep. */
bool wifi_has_received(void);

/* ---- Keys ---- */

/* CCMP by the hardware. To send a protected frame, put the eight bytes of the CCMP header (packet number, key
 * identifier) behind the MAC header and eight bytes of any content at the end, count them in its length, set the
 * Protected bit, and name the slot in wifi_frame.key. What arrives is decrypted when a slot has its transmitter and key
 * identifier, group frames when a group slot has the identifier. Packet numbers and replays are the caller's. */
enum { WIFI_KEY_SLOTS = 25, WIFI_KEY = 16 };

struct wifi_key {
    uint8_t peer[DOT11_ADDRESS]; /* the other station; of a group key, who sends with it */
    uint8_t key_id;              /* 0..3 */
    bool is_group;
    uint8_t bytes[WIFI_KEY];
};

/* Instead of what the slot held. */
void wifi_set_key(unsigned slot, const struct wifi_key *key);
void wifi_remove_key(unsigned slot);

/* ---- Settings, time, statistics ---- */

void wifi_set_channel(unsigned channel);
void wifi_set_power(int dbm);
void wifi_set_promiscuous(bool is_promiscuous);
/* From the next frame on; the window begins anew. */
void wifi_set_contention(enum wifi_queue queue, const struct contention_config *config);
void wifi_set_rts_threshold(unsigned bytes);

/* The MAC's clock: microseconds, 32 bits; and the same extended by software, right when it is read at least once in 71
 * minutes. Both also in interrupt handlers. */
uint32_t wifi_time_us(void);
uint64_t wifi_time64_us(void);
/* A 32-bit time of the recent past, extended. */
uint64_t wifi_extend_us(uint32_t time_us);

/* The beacon timer TSF0. */
uint64_t wifi_tsf(void);
void wifi_set_tsf(uint64_t value);

struct wifi_counts {
    uint32_t sent, delivered, dropped; /* frames; sent to groups count as delivered */
    uint32_t attempts, retries;        /* on the air */
    uint32_t no_ack, no_cts, internal_collisions, errors;
    uint32_t received, duplicates, malformed;
    uint32_t interrupts;
    uint64_t interrupt_cycles, longest_interrupt; /* of the handler, callbacks included */
    uint64_t send_cycles;                         /* of wifi_send */
};

/* A copy of them. */
struct wifi_counts wifi_get_counts(void);

#endif
