/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the station: sta.c is its life, sta_scan.c finds networks, sta_join.c joins one, sta_data.c has
 * the frames. */
#ifndef VESPER_FIRMWARE_NET_STA_LOCAL_H
#define VESPER_FIRMWARE_NET_STA_LOCAL_H

#include "firmware/drivers/wifi.h"
#include "firmware/net/bss.h"
#include "firmware/net/ethernet.h"
#include "firmware/net/rate_control.h"
#include "firmware/net/sha1.h"

enum {
    STA_FOUND_MAX = 16,
    STA_KEY_PAIR = 4, /* slot of the MAC; those of group keys are 1..3, as their identifiers */
    STA_TIDS = 16,
    MS_US = 1000
};
#define STA_NEVER UINT64_MAX

struct sta {
    struct sta_config config; /* its texts are those below */
    char ssid[STA_SSID_MAX + 1];
    bool is_secured;
    uint8_t own[DOT11_ADDRESS];
    enum sta_state state;
    uint64_t deadline; /* of the state, wifi_time64_us */
    uint32_t pause_ms; /* before the next attempt */
    struct sta_counts counts;

    /* The passphrase's key. */
    bool has_pmk;
    struct pbkdf2 pbkdf2;
    uint8_t pmk[SUPPLICANT_PMK];

    /* Scan. */
    struct bss found[STA_FOUND_MAX];
    unsigned found_count;
    uint8_t scan_channel, scan_last, scan_step;
    bool scan_is_over; /* and the key is not ready yet */

    /* The network at hand. */
    struct bss bss;
    bool has_bss;
    unsigned tries;
    uint64_t joining_until;
    struct supplicant supplicant;
    int rssi_x8;
    uint64_t heard, beacon, asked, sent; /* times: any frame of it, its beacons, probes to it, ours */

    /* Data. */
    struct rate_control rates;
    uint8_t slow_rate; /* of management frames */
    uint64_t packet_number;
    uint64_t replay[STA_TIDS], group_replay[4];
};
extern struct sta sta;

/* sta.c */
void sta_set_state(enum sta_state state, uint64_t deadline);
void sta_tell(const struct sta_event *event);
/* Back to the beginning: tells why, and tries again after a pause. goodbye: reason code for the access point; 0: it
 * knows, or cannot be reached. */
void sta_fail(unsigned reason, unsigned goodbye);
enum { STA_GOODBYE_LEAVING = 3, STA_GOODBYE_ELEMENT = 17 };

/* sta_scan.c */
void sta_scan_begin(void);
void sta_scan_timeout(void);
void sta_scan_heard(const struct wifi_received *received);
void sta_scan_conclude(void); /* the key is ready too */
void sta_send_probe(const uint8_t receiver[DOT11_ADDRESS], const char *ssid, unsigned channel);

/* sta_join.c */
void sta_join_begin(const struct bss *bss);
void sta_join_timeout(void);
void sta_on_management(const struct wifi_received *received);
void sta_on_eapol(const uint8_t *packet, unsigned length, bool was_protected);
void sta_say_goodbye(unsigned reason);
void sta_up_timeout(void);

/* sta_data.c */
void sta_data_init(void);
void sta_data_join(void); /* rates and counters for the network at hand */
bool sta_send_management(unsigned subtype, const uint8_t receiver[DOT11_ADDRESS], const uint8_t bssid[DOT11_ADDRESS],
                         const void *body, unsigned length);
bool sta_send_eapol(const uint8_t *packet, unsigned length, bool is_protected);
bool sta_send_null(void);
void sta_on_data(const struct wifi_received *received);
void sta_reap(void);
bool sta_has_completions(void);

static inline bool sta_is_from_bss(const struct dot11_frame *header)
{
    const uint8_t *a = header->transmitter, *b = sta.bss.info.bssid;
    unsigned differ = 0;
    for (unsigned i = 0; i < DOT11_ADDRESS; i++)
        differ |= (unsigned)(a[i] ^ b[i]);
    return sta.has_bss && differ == 0;
}

#endif
