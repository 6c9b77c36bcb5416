/* SPDX-License-Identifier: Apache-2.0 */
/* The air as the Wi-Fi MAC device sees it: what it asks of the engine that contends for the medium, and what the
 * engine tells. sc_top connects the two (sc_top/node/wifi_port.h).
 *
 * Device and air live in different event queues, and the node may be ahead of simulated time by up to a quantum. So
 * that nothing depends on who was run first, every request carries the time at which it takes effect, WIFI_MAC_LATENCY
 * after the node asked, and what the air tells becomes visible to the node WIFI_MAC_LATENCY after it happened. The
 * device sees to both; whoever connects it queues requests until their time, in their order. */
#ifndef VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_AIR_H
#define VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_AIR_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WIFI_MAC_SLOTS = 5, WIFI_MAC_INTERFACES = 4, WIFI_MAC_ADDRESS = 6, WIFI_MAC_LONGEST = 4091 /* MPDU, no FCS */ };

/* The time that a request or a report needs between registers and air. Nothing is published about the silicon's; a
 * microsecond is a tenth of SIFS, so that a verdict about a frame comes in time for its ACK, and it is the default
 * quantum, so that a node may be that far ahead. The picosecond makes it more than a quantum: what crosses then never
 * is due at an instant that the other side has already finished. */
#define WIFI_MAC_LATENCY (SIM_US(1) + SIM_PS(1))

/* A rate, in the standard's terms. */
enum wifi_mac_phy {
    WIFI_MAC_DSSS, /* index 0..3: 1, 2, 5.5, 11 Mbit/s; short form: short preamble */
    WIFI_MAC_OFDM, /* index 0..7: 6, 9, 12, 18, 24, 36, 48, 54 Mbit/s */
    WIFI_MAC_HT    /* index 0..7: MCS in 20 MHz; short form: short guard interval */
};
struct wifi_mac_rate {
    enum wifi_mac_phy phy;
    uint8_t index;
    bool short_form;
};

/* What answers a frame of a rate. */
struct wifi_mac_answer_rate {
    struct wifi_mac_rate frame, answer;
};

enum wifi_mac_answer { WIFI_MAC_ANSWER_NONE, WIFI_MAC_ANSWER_ACK, WIFI_MAC_ANSWER_BLOCK_ACK };
enum wifi_mac_protection { WIFI_MAC_PROTECT_NONE, WIFI_MAC_PROTECT_RTS, WIFI_MAC_PROTECT_CTS_TO_SELF };

/* What a slot wants to send, once. */
struct wifi_mac_attempt {
    const uint8_t *mpdu; /* the device's; unchanged until the attempt is over */
    unsigned bytes;      /* without FCS, 10..WIFI_MAC_LONGEST */
    struct wifi_mac_rate rate;
    unsigned aifsn;   /* 1..15 */
    unsigned backoff; /* slots */
    enum wifi_mac_answer answer;
    enum wifi_mac_protection protection;
    uint16_t protection_duration; /* us; Duration field of RTS or CTS */
    unsigned power_quarter_dbm;   /* 0: as the node is configured */
    sim_time access_limit;        /* 0: none */
};

/* Requests. `at` never lies before that of an earlier request of the same device. start NULL: no radio is connected. */
struct wifi_mac_air {
    void *ctx;
    /* Only when the slot's previous attempt has been told to be over. The struct is valid during the call. */
    void (*start)(void *ctx, unsigned slot, const struct wifi_mac_attempt *attempt, sim_time at);
    /* The attempt ends as WIFI_MAC_CANCELLED if it has not sent anything yet, else by itself; either way it is told. */
    void (*abort)(void *ctx, unsigned slot, sim_time at);
    /* The frame told as `number` passed the filters and is stored: to be acknowledged if it wants that. */
    void (*acknowledge)(void *ctx, uint32_t number, sim_time at);
    /* Receiver address of an interface; NULL: none. Bits of the mask that are 0 are not compared. */
    void (*set_address)(void *ctx, unsigned interface, const uint8_t *address, const uint8_t *mask, sim_time at);
    void (*tune)(void *ctx, unsigned channel, sim_time at); /* 1..14 */
    void (*listen)(void *ctx, bool on, sim_time at);
    /* The rates of ACK, CTS and BlockAck; count 0: as the node is configured. */
    void (*set_answer_rates)(void *ctx, const struct wifi_mac_answer_rate *rates, unsigned count, sim_time at);
    /* Block-ack agreement as recipient. */
    void (*block_ack)(void *ctx, bool open, const uint8_t *peer, unsigned tid, uint16_t start, sim_time at);
};

/* How an attempt ended. */
enum wifi_mac_result {
    WIFI_MAC_OK,
    WIFI_MAC_NO_CTS,
    WIFI_MAC_NO_ACK,
    WIFI_MAC_COLLISION, /* a slot of higher priority had the same boundary */
    WIFI_MAC_ACCESS_TIMEOUT,
    WIFI_MAC_CANCELLED,
    WIFI_MAC_UNUSABLE /* the device's own: nothing that could be sent */
};
struct wifi_mac_outcome {
    enum wifi_mac_result result;
    bool answered; /* the next ones are of an ACK or BlockAck */
    double rssi_dbm, snr_db;
    uint16_t block_ack_start;
    uint64_t block_ack_bitmap;
};

/* A frame that ended at this antenna, whoever it was for. */
struct wifi_mac_frame {
    uint32_t number;
    const uint8_t *mpdu; /* valid during the call; NULL when not good */
    unsigned bytes;      /* without FCS */
    bool good;           /* FCS */
    struct wifi_mac_rate rate;
    double rssi_dbm, noise_dbm;
    unsigned channel;
    sim_time start, end;
};

struct wifi_mac;

/* Reports, at the air's time `now`; each acts on the node WIFI_MAC_LATENCY later. */
void wifi_mac_finished(struct wifi_mac *mac, unsigned slot, const struct wifi_mac_outcome *outcome, sim_time now);
void wifi_mac_received(struct wifi_mac *mac, const struct wifi_mac_frame *frame, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
