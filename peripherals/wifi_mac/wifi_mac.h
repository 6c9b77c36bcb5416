/* SPDX-License-Identifier: Apache-2.0 */
/* The Wi-Fi MAC at 0x3FF73000, both pages. The vendor does not describe it; docs/wifi-mac.md says how it is programmed,
 * and which of it is known and which is our choice. Sources: facts 5.1 to 5.5, which name the public work; esp-wifi-hal
 * (filters, slots, descriptors); esp32-open-mac's "MAC RX filter on the ESP32".
 *
 * Modelled: five transmit slots with descriptors, one attempt an enable, results and interrupts; the receive chain,
 * received-frame headers, filters, promiscuous mode, the decision to acknowledge; MAC time; statistics; block-ack
 * agreements as recipient. The other half of the hardware, contention and answers after SIFS, is the air's
 * (wifi_mac_air.h). Without one the device works alone: nobody ever answers. CCMP with the keys of 25 slots, when a
 * cipher is connected (wifi_mac_cipher.h).
 *
 * Not modelled: WEP, TKIP and SMS4; protected management frames; aggregation; channel state information; the NMI;
 * events at beacon times. Words without a known meaning keep what is written, which is said once for each. */
#ifndef VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_H
#define VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_H

#include "bus/dev.h"
#include "peripherals/timing/tick_counter.h"
#include "peripherals/wifi_mac/wifi_mac_air.h"
#include "peripherals/wifi_mac/wifi_mac_cipher.h"

#ifdef __cplusplus
extern "C" {
#endif

enum wifi_mac_stage {
    WIFI_MAC_IDLE,
    WIFI_MAC_RUNNING, /* the air has the attempt */
    WIFI_MAC_ENDING   /* asked to give it back */
};

struct wifi_mac_slot {
    struct wifi_mac *mac;
    enum wifi_mac_stage stage;
    bool disowned; /* software has taken the attempt back: its end is not reported */
    struct wifi_mac_outcome outcome;
    struct evq_event over; /* outcome becomes visible */
    uint8_t mpdu[WIFI_MAC_LONGEST + 1];
};

/* A received frame on its way to memory: two, since it is for a microsecond and the shortest frame is longer. */
enum { WIFI_MAC_ARRIVALS = 2 };
struct wifi_mac_arrival {
    struct wifi_mac *mac;
    struct wifi_mac_frame frame; /* mpdu: the bytes below */
    struct evq_event visible;
    uint8_t mpdu[WIFI_MAC_LONGEST + 1];
};

/* A block-ack agreement as the air was told. */
enum { WIFI_MAC_BLOCK_ACKS = 8 };
struct wifi_mac_block_ack {
    bool open;
    uint8_t peer[WIFI_MAC_ADDRESS];
    unsigned tid;
};

struct wifi_mac {
    struct dev dev;
    struct line *irq; /* source WIFI_MAC; set by the node, NULL: not connected */
    struct wifi_mac_air air;
    struct wifi_mac_cipher cipher;
    struct tick_counter time;
    struct wifi_mac_slot slot[WIFI_MAC_SLOTS];
    struct wifi_mac_arrival arrival[WIFI_MAC_ARRIVALS];
    bool clocked;     /* DPORT's gate is open */
    bool running;     /* clocked, and CTRL lets it */
    unsigned channel; /* 0: never told */
    sim_time asked;   /* time of the latest request to the air */

    /* Receive chain: the descriptor to be filled next, and the one before it; 0: none. */
    uint32_t rx_next, rx_previous;
    /* As the air was told. */
    struct {
        bool enabled;
        uint8_t address[WIFI_MAC_ADDRESS], mask[WIFI_MAC_ADDRESS];
    } told[WIFI_MAC_INTERFACES];
    bool has_answer_rates; /* others than the standard's */
    struct wifi_mac_block_ack block_ack[WIFI_MAC_BLOCK_ACKS];
};

/* In its power-on state: stopped. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status wifi_mac_init(struct wifi_mac *mac, const char *name, struct dev_env *env);
void wifi_mac_fini(struct wifi_mac *mac);

/* Connects a radio, which is off and without addresses; before the node's power-on reset. air: copied, its ctx
 * borrowed for the device's life. */
void wifi_mac_connect(struct wifi_mac *mac, const struct wifi_mac_air *air);

/* Connects a cipher; without one frames are sent and received as they are. cipher: copied. */
void wifi_mac_set_cipher(struct wifi_mac *mac, const struct wifi_mac_cipher *cipher);

/* DPORT's clock gate for it; open after wifi_mac_init. Without a clock the MAC is stopped. Its registers can be reached
 * all the same: what silicon does then is not published. */
void wifi_mac_clock(struct wifi_mac *mac, bool clocked, sim_time now);

/* The synthesiser was set to this frequency (by way of the analog I2C block). */
void wifi_mac_tuned(struct wifi_mac *mac, unsigned mhz, sim_time now);

/* --- Rate codes (wifi_mac_rates.c) ------------------------------------------------------------------------------- */

/* The rate of a hardware code, 0..31; false: there is none. */
bool wifi_mac_rate_of_code(unsigned code, struct wifi_mac_rate *rate);
unsigned wifi_mac_code_of_rate(const struct wifi_mac_rate *rate);
uint32_t wifi_mac_rate_kbps(const struct wifi_mac_rate *rate);

#ifdef __cplusplus
}
#endif
#endif
