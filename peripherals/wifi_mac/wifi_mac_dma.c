/* SPDX-License-Identifier: Apache-2.0 */
/* Memory as the MAC's DMA sees it, and the descriptors in it (facts 4.9). Whatever a guest puts there is answered with
 * a fault, never with more than a fixed amount of work. */
#include <string.h>

#include "bus/mem.h"
#include "peripherals/wifi_mac/wifi_mac_priv.h"

/* Where DMA reaches, and how long a chain for one frame may be: the longest frame in the smallest useful pieces, and
 * then some. A loop has no end. */
enum { DMA_FIRST = 0x3FFAE000, DMA_LAST = 0x3FFFFFFF, LONGEST_CHAIN = 256 };

static enum wifi_mac_fault word(struct wifi_mac *mac, uint32_t address, bool write, uint32_t *value)
{
    struct bus_port *dma = mac->dev.env->dma;
    if (address % 4 != 0)
        return WIFI_MAC_FAULT_UNALIGNED;
    if (address < DMA_FIRST || address > DMA_LAST || !dma)
        return WIFI_MAC_FAULT_OUTSIDE;
    struct bus_access access = {
        .address = address, .size = 4, .write = write, .initiator = BUS_DMA, .time = mac->dev.now, .value = *value};
    if (dma->access(dma->ctx, &access) != BUS_OK)
        return WIFI_MAC_FAULT_UNMAPPED;
    *value = access.value;
    return WIFI_MAC_FINE;
}

static enum wifi_mac_fault read_word(struct wifi_mac *mac, uint32_t address, uint32_t *value)
{
    *value = 0;
    return word(mac, address, false, value);
}

enum wifi_mac_fault wifi_mac_write_word(struct wifi_mac *mac, uint32_t address, uint32_t value)
{
    return word(mac, address, true, &value);
}

enum wifi_mac_fault wifi_mac_read_descriptor(struct wifi_mac *mac, uint32_t address,
                                             struct wifi_mac_descriptor *descriptor)
{
    descriptor->address = address;
    enum wifi_mac_fault wrong = read_word(mac, address, &descriptor->control);
    if (!wrong)
        wrong = read_word(mac, address + 4, &descriptor->buffer);
    if (!wrong)
        wrong = read_word(mac, address + 8, &descriptor->next);
    return wrong;
}

/* Plain memory for all of [address, address + count), in DMA's range, where reading may begin at any byte and writing
 * at a word: a frame in one piece, as nearly all are. NULL: to be moved word by word, which finds out what is wrong. */
static uint8_t *piece(struct wifi_mac *mac, uint32_t address, unsigned count, bool write, struct bus_dmi *dmi)
{
    struct bus_port *dma = mac->dev.env->dma;
    if ((write && address % 4 != 0) || address < DMA_FIRST || address > DMA_LAST || count == 0 || !dma || !dma->dmi ||
        !dma->dmi(dma->ctx, address, dmi))
        return NULL;
    bool fits = dmi->last < DMA_LAST ? count - 1 <= dmi->last - address : count - 1 <= DMA_LAST - address;
    bool plain = !dmi->word_only && !dmi->reversed && (write ? dmi->write : dmi->read);
    return fits && plain ? dmi->host + (address - dmi->first) : NULL;
}

/* The last word is filled up with zeros: DMA writes words. */
enum wifi_mac_fault wifi_mac_write_bytes(struct wifi_mac *mac, uint32_t address, const uint8_t *bytes, unsigned count)
{
    enum wifi_mac_fault wrong = WIFI_MAC_FINE;
    struct bus_dmi dmi;
    unsigned whole = (count + 3) & ~3u;
    uint8_t *host = piece(mac, address, whole, true, &dmi);
    if (host) {
        memcpy(host, bytes, count);
        memset(host + count, 0, whole - count);
        if (dmi.mem)
            bus_mem_wrote(dmi.mem, dmi.offset + (address - dmi.first), whole);
        return WIFI_MAC_FINE;
    }
    for (unsigned at = 0; at < count && !wrong; at += 4) {
        uint8_t lane[4] = {0};
        memcpy(lane, bytes + at, count - at < 4 ? count - at : 4);
        uint32_t value = lane[0] | (uint32_t)lane[1] << 8 | (uint32_t)lane[2] << 16 | (uint32_t)lane[3] << 24;
        wrong = wifi_mac_write_word(mac, address + at, value);
    }
    return wrong;
}

/* A frame to be sent may begin at any byte: Espressif's library hands over such as follow a header of odd length. */
static enum wifi_mac_fault read_bytes(struct wifi_mac *mac, uint32_t address, uint8_t *bytes, unsigned count)
{
    enum wifi_mac_fault wrong = WIFI_MAC_FINE;
    struct bus_dmi dmi;
    const uint8_t *host = piece(mac, address, count, false, &dmi);
    if (host) {
        memcpy(bytes, host, count);
        return WIFI_MAC_FINE;
    }
    for (unsigned done = 0; done < count && !wrong;) {
        unsigned lane = (address + done) % 4;
        uint32_t value;
        wrong = read_word(mac, address + done - lane, &value);
        for (; lane < 4 && done < count; lane++)
            bytes[done++] = (uint8_t)(value >> (8 * lane));
    }
    return wrong;
}

enum wifi_mac_fault wifi_mac_gather(struct wifi_mac *mac, uint32_t first, uint8_t *bytes, unsigned count)
{
    uint32_t address = first;
    unsigned done = 0;
    for (unsigned i = 0; i < LONGEST_CHAIN; i++) {
        struct wifi_mac_descriptor descriptor;
        enum wifi_mac_fault wrong = wifi_mac_read_descriptor(mac, address, &descriptor);
        if (wrong)
            return wrong;
        if (!(descriptor.control & WIFI_MAC_OWNER))
            return WIFI_MAC_FAULT_NOT_OURS;
        unsigned length = bits_get(descriptor.control, 12, 12);
        unsigned part = length < count - done ? length : count - done;
        wrong = read_bytes(mac, descriptor.buffer, bytes + done, part);
        if (wrong)
            return wrong;
        done += part;
        if (done == count)
            return WIFI_MAC_FINE;
        if (descriptor.control & WIFI_MAC_HAS_DATA || descriptor.next == 0)
            return WIFI_MAC_FAULT_SHORT_CHAIN;
        address = descriptor.next;
    }
    return WIFI_MAC_FAULT_ENDLESS;
}
