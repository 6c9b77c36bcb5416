/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of wifi_mac share. */
#ifndef VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_PRIV_H
#define VESPER_PERIPHERALS_WIFI_MAC_WIFI_MAC_PRIV_H

#include "peripherals/wifi_mac/wifi_mac.h"

enum { WIFI_MAC_FCS = 4, WIFI_MAC_SHORTEST = 10 /* ACK */, WIFI_MAC_HEADER = 24 };

/* Field of a slot's register. Slots descend: element 4 - s. */
static inline uint32_t wifi_mac_slot_get(const struct wifi_mac *mac, uint32_t place, unsigned slot, unsigned stride)
{
    return reg_get_at(&mac->dev, place, WIFI_MAC_SLOTS - 1 - slot, stride);
}

static inline void wifi_mac_slot_put(struct wifi_mac *mac, uint32_t place, unsigned slot, unsigned stride,
                                     uint32_t value)
{
    reg_put_at(&mac->dev, place, WIFI_MAC_SLOTS - 1 - slot, stride, value);
}
enum { WIFI_MAC_STRIDE = 8, WIFI_MAC_STRIDE2 = 0x3C };

/* When a request made now takes effect. A core that is behind its sibling may ask later for an earlier time: requests
 * keep their order. */
sim_time wifi_mac_effect_time(struct wifi_mac *mac);
void wifi_mac_raise(struct wifi_mac *mac, uint32_t cause); /* a place of INT_STATUS */
void wifi_mac_count(struct wifi_mac *mac, uint32_t offset);

/* wifi_mac_tx.c */
void wifi_mac_tx_init(struct wifi_mac *mac);
void wifi_mac_tx_reset(struct wifi_mac *mac);
void wifi_mac_tx_update(struct wifi_mac *mac, unsigned slot); /* its enable bits or the whole MAC changed */

/* wifi_mac_rx.c */
void wifi_mac_rx_init(struct wifi_mac *mac);
void wifi_mac_rx_reset(struct wifi_mac *mac);
void wifi_mac_rx_set_base(struct wifi_mac *mac, uint32_t address);
void wifi_mac_rx_reload(struct wifi_mac *mac);

/* wifi_mac_filter.c. Of a frame with a good FCS: which interfaces accept it. */
struct wifi_mac_verdict {
    unsigned accepted;    /* bit n: interface n's filter */
    bool promiscuous;     /* accepted by promiscuous mode */
    bool may_acknowledge; /* unicast to the receiver address of an interface that accepted it */
};
struct wifi_mac_verdict wifi_mac_judge(const struct wifi_mac *mac, const uint8_t *mpdu, unsigned bytes);

/* What can be wrong with what a guest put into memory. */
enum wifi_mac_fault {
    WIFI_MAC_FINE,
#define FAULT(id, text) WIFI_MAC_FAULT_##id,
#include "peripherals/wifi_mac/wifi_mac_faults.def"
#undef FAULT
    WIFI_MAC_FAULTS
};
/* Reports a fault of a register's once: "<what>: <fault>". */
void wifi_mac_say(struct wifi_mac *mac, uint32_t offset, const char *what, enum wifi_mac_fault fault);

/* wifi_mac_crypto.c. Encrypts a frame of slot s, read from memory, if that is what software wants. */
enum wifi_mac_fault wifi_mac_seal(struct wifi_mac *mac, unsigned s, uint8_t *mpdu, unsigned bytes);
/* Decrypts a received frame with a key of the interfaces that have accepted it; returns the bytes to be stored: less
 * the MIC when it was decrypted, else all, as they came. */
unsigned wifi_mac_open(struct wifi_mac *mac, unsigned accepted, uint8_t *mpdu, unsigned bytes);

/* wifi_mac_dma.c: memory and descriptors (facts 4.9). */
enum { WIFI_MAC_NO_DESCRIPTOR = 0x3FF00000 };
struct wifi_mac_descriptor {
    uint32_t address;
    uint32_t control, buffer, next;
};
enum { WIFI_MAC_HAS_DATA = 1 << 30 };
#define WIFI_MAC_OWNER (UINT32_C(1) << 31)

enum wifi_mac_fault wifi_mac_read_descriptor(struct wifi_mac *mac, uint32_t address,
                                             struct wifi_mac_descriptor *descriptor);
enum wifi_mac_fault wifi_mac_write_word(struct wifi_mac *mac, uint32_t address, uint32_t value);
enum wifi_mac_fault wifi_mac_write_bytes(struct wifi_mac *mac, uint32_t address, const uint8_t *bytes, unsigned count);
/* `count` bytes from a chain of descriptors that belong to the MAC. */
enum wifi_mac_fault wifi_mac_gather(struct wifi_mac *mac, uint32_t first, uint8_t *bytes, unsigned count);

#endif
