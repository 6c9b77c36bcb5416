/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/supplicant.h"

#include <string.h>

#include "firmware/net/aes.h"
#include "firmware/net/sha1.h"

enum {
    EAPOL_KEY = 3,
    DESCRIPTOR_RSN = 2,
    VERSION_MASK = 7,
    VERSION = 2,
    PAIRWISE = 1 << 3,
    INSTALL = 1 << 6,
    ACK = 1 << 7,
    MIC_PRESENT = 1 << 8,
    SECURE = 1 << 9,
    ENCRYPTED = 1 << 12,
    /* Places in the packet. */
    AT_LENGTH = 2,
    AT_DESCRIPTOR = 4,
    AT_INFO = 5,
    AT_REPLAY = 9,
    AT_NONCE = 17,
    AT_RSC = 65,
    AT_MIC = 81,
    AT_DATA_LENGTH = 97,
    AT_DATA = SUPPLICANT_FIXED,
    MIC = 16,
    DATA_MAX = 512,
    ELEMENT_RSN = 48,
    ELEMENT_VENDOR = 221
};

struct packet {
    const uint8_t *bytes;
    unsigned length; /* of the packet; what may follow it is cut off */
    unsigned info;
    uint64_t replay;
    const uint8_t *data;
    unsigned data_bytes;
};

static unsigned be16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static void put_be16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static bool parse(const uint8_t *bytes, unsigned length, struct packet *p)
{
    if (length < AT_DATA || bytes[1] != EAPOL_KEY || bytes[AT_DESCRIPTOR] != DESCRIPTOR_RSN)
        return false;
    p->bytes = bytes;
    p->length = be16(bytes + AT_LENGTH) + AT_DESCRIPTOR;
    p->info = be16(bytes + AT_INFO);
    p->replay = 0;
    for (unsigned i = 0; i < 8; i++)
        p->replay = p->replay << 8 | bytes[AT_REPLAY + i];
    p->data = bytes + AT_DATA;
    p->data_bytes = be16(bytes + AT_DATA_LENGTH);
    return p->length >= AT_DATA && p->length <= length && p->data_bytes <= p->length - AT_DATA &&
           (p->info & VERSION_MASK) == VERSION;
}

/* ---- Keys -------------------------------------------------------------------------------------------------------- */

/* The smaller of the two first, so that both sides compute the same. */
static void add_ordered(struct sha1 *sha1, const uint8_t *a, const uint8_t *b, unsigned count)
{
    bool a_first = memcmp(a, b, count) < 0;
    sha1_add(sha1, a_first ? a : b, count);
    sha1_add(sha1, a_first ? b : a, count);
}

static void derive(struct supplicant *s)
{
    static const char label[] = "Pairwise key expansion"; /* its zero counts */
    uint8_t keys[3 * SHA1_BYTES];
    struct hmac_key hmac;
    hmac_set_key(&hmac, s->pmk, SUPPLICANT_PMK);
    for (uint8_t i = 0; i < 3; i++) {
        struct sha1 sha1;
        hmac_begin(&hmac, &sha1);
        sha1_add(&sha1, label, sizeof label);
        add_ordered(&sha1, s->authenticator, s->own, 6);
        add_ordered(&sha1, s->anonce, s->snonce, SUPPLICANT_NONCE);
        sha1_add(&sha1, &i, 1);
        hmac_end(&hmac, &sha1, keys + i * SHA1_BYTES);
    }
    memcpy(s->pending.kck, keys, SUPPLICANT_KEY);
    memcpy(s->pending.kek, keys + SUPPLICANT_KEY, SUPPLICANT_KEY);
    memcpy(s->pending.tk, keys + 2 * SUPPLICANT_KEY, SUPPLICANT_KEY);
    s->has_pending = true;
}

/* Of a packet with its MIC taken as zeros. */
static void sign(const struct supplicant_ptk *ptk, const uint8_t *bytes, unsigned length, uint8_t digest[SHA1_BYTES])
{
    static const uint8_t zeros[MIC] = {0};
    struct hmac_key hmac;
    struct sha1 sha1;
    hmac_set_key(&hmac, ptk->kck, SUPPLICANT_KEY);
    hmac_begin(&hmac, &sha1);
    sha1_add(&sha1, bytes, AT_MIC);
    sha1_add(&sha1, zeros, MIC);
    sha1_add(&sha1, bytes + AT_MIC + MIC, length - AT_MIC - MIC);
    hmac_end(&hmac, &sha1, digest);
}

static bool is_genuine(const struct supplicant_ptk *ptk, const struct packet *p)
{
    uint8_t digest[SHA1_BYTES], differ = 0;
    sign(ptk, p->bytes, p->length, digest);
    for (unsigned i = 0; i < MIC; i++)
        differ |= digest[i] ^ p->bytes[AT_MIC + i];
    return differ == 0;
}

/* ---- Answers ----------------------------------------------------------------------------------------------------- */

static void reply(const struct supplicant_ptk *ptk, const struct packet *to, unsigned info, const uint8_t *nonce,
                  const uint8_t *data, unsigned data_bytes, struct supplicant_answer *answer)
{
    uint8_t *out = answer->reply, digest[SHA1_BYTES];
    memset(out, 0, AT_DATA);
    out[0] = 1; /* 802.1X-2001, as stations answer */
    out[1] = EAPOL_KEY;
    put_be16(out + AT_LENGTH, AT_DATA - AT_DESCRIPTOR + data_bytes);
    out[AT_DESCRIPTOR] = DESCRIPTOR_RSN;
    put_be16(out + AT_INFO, VERSION | MIC_PRESENT | info);
    memcpy(out + AT_REPLAY, to->bytes + AT_REPLAY, 8);
    if (nonce)
        memcpy(out + AT_NONCE, nonce, SUPPLICANT_NONCE);
    put_be16(out + AT_DATA_LENGTH, data_bytes);
    if (data_bytes)
        memcpy(out + AT_DATA, data, data_bytes);
    answer->length = AT_DATA + data_bytes;
    sign(ptk, out, answer->length, digest);
    memcpy(out + AT_MIC, digest, MIC);
}

static enum supplicant_result on_message_1(struct supplicant *s, const struct packet *p, const uint8_t *nonce,
                                           struct supplicant_answer *answer)
{
    memcpy(s->anonce, p->bytes + AT_NONCE, SUPPLICANT_NONCE);
    memcpy(s->snonce, nonce, SUPPLICANT_NONCE);
    derive(s);
    if (s->first_messages < UINT8_MAX)
        s->first_messages++;
    reply(&s->pending, p, PAIRWISE, s->snonce, s->own_element, s->own_bytes, answer);
    return SUPPLICANT_ANSWER;
}

struct contents {
    const uint8_t *rsn, *gtk;
    unsigned rsn_bytes; /* with ID and length */
    uint8_t key_id;
};

/* Elements and key data encapsulations (12.7.2, table 12-9). */
static void read_data(const uint8_t *data, unsigned count, struct contents *found)
{
    static const uint8_t gtk[4] = {0x00, 0x0F, 0xAC, 1};
    enum { KDE = 2 + 4 + 2 };
    *found = (struct contents){.rsn = NULL};
    for (unsigned at = 0; at + 2 <= count && at + 2 + data[at + 1] <= count; at += 2u + data[at + 1]) {
        const uint8_t *e = data + at;
        if (e[0] == ELEMENT_RSN && !found->rsn) {
            found->rsn = e;
            found->rsn_bytes = 2u + e[1];
        }
        if (e[0] == ELEMENT_VENDOR && e[1] == KDE - 2 + SUPPLICANT_KEY && memcmp(e + 2, gtk, 4) == 0) {
            found->key_id = e[6] & 3;
            found->gtk = e + KDE;
        }
    }
}

static const struct supplicant_group *new_group_key(struct supplicant *s, const struct packet *p,
                                                    const struct contents *found)
{
    struct supplicant_group *group = &s->group[found->key_id];
    if (group->key_id && memcmp(group->key, found->gtk, SUPPLICANT_KEY) == 0)
        return NULL;
    group->key_id = found->key_id;
    memcpy(group->key, found->gtk, SUPPLICANT_KEY);
    group->packet_number = 0;
    for (unsigned i = 0; i < 6; i++)
        group->packet_number |= (uint64_t)p->bytes[AT_RSC + i] << (8 * i);
    return group;
}

static bool open_data(const struct supplicant *s, const struct packet *p, uint8_t *plain, struct contents *found)
{
    if (!(p->info & ENCRYPTED) || p->data_bytes > DATA_MAX || !aes_unwrap(s->ptk.kek, p->data, p->data_bytes, plain))
        return false;
    read_data(plain, p->data_bytes - AES_WRAP, found);
    return found->gtk && found->key_id;
}

static enum supplicant_result on_message_3(struct supplicant *s, const struct packet *p,
                                           struct supplicant_answer *answer)
{
    uint8_t plain[DATA_MAX];
    struct contents found;
    if (memcmp(p->bytes + AT_NONCE, s->anonce, SUPPLICANT_NONCE) != 0 || !open_data(s, p, plain, &found))
        return SUPPLICANT_IGNORED;
    if (!found.rsn || found.rsn_bytes != s->their_bytes || memcmp(found.rsn, s->their_element, s->their_bytes) != 0)
        return SUPPLICANT_ELEMENT_DIFFERS;
    reply(&s->ptk, p, PAIRWISE | SECURE, NULL, NULL, 0, answer);
    answer->group = new_group_key(s, p, &found);
    if (s->is_installed && memcmp(s->installed_tk, s->ptk.tk, SUPPLICANT_KEY) == 0)
        return answer->group ? SUPPLICANT_INSTALL_GROUP : SUPPLICANT_ANSWER;
    s->is_installed = true;
    memcpy(s->installed_tk, s->ptk.tk, SUPPLICANT_KEY);
    return SUPPLICANT_INSTALL_PAIR;
}

static enum supplicant_result on_group_message(struct supplicant *s, const struct packet *p,
                                               struct supplicant_answer *answer)
{
    uint8_t plain[DATA_MAX];
    struct contents found;
    if (!s->is_installed || !open_data(s, p, plain, &found))
        return SUPPLICANT_IGNORED;
    reply(&s->ptk, p, SECURE, NULL, NULL, 0, answer);
    answer->group = new_group_key(s, p, &found);
    return answer->group ? SUPPLICANT_INSTALL_GROUP : SUPPLICANT_ANSWER;
}

enum supplicant_result supplicant_take(struct supplicant *s, const uint8_t *packet, unsigned length,
                                       const uint8_t nonce[SUPPLICANT_NONCE], struct supplicant_answer *answer)
{
    struct packet p;
    answer->length = 0;
    answer->group = NULL;
    if (!parse(packet, length, &p) || !(p.info & ACK) || (s->has_replay && p.replay <= s->replay))
        return SUPPLICANT_IGNORED;
    if (!(p.info & MIC_PRESENT))
        return p.info & PAIRWISE ? on_message_1(s, &p, nonce, answer) : SUPPLICANT_IGNORED;
    bool is_pairwise = p.info & PAIRWISE;
    if (!(is_pairwise ? s->has_pending : s->has_ptk))
        return SUPPLICANT_IGNORED;
    if (!is_genuine(is_pairwise ? &s->pending : &s->ptk, &p))
        return SUPPLICANT_BAD_MIC;
    s->has_replay = true;
    s->replay = p.replay;
    s->first_messages = 0;
    if (is_pairwise) {
        s->ptk = s->pending;
        s->has_ptk = true;
    }
    return is_pairwise ? on_message_3(s, &p, answer) : on_group_message(s, &p, answer);
}

void supplicant_init(struct supplicant *s, const uint8_t pmk[SUPPLICANT_PMK], const uint8_t authenticator[6],
                     const uint8_t own[6], const struct supplicant_elements *elements)
{
    memset(s, 0, sizeof *s);
    memcpy(s->pmk, pmk, SUPPLICANT_PMK);
    memcpy(s->authenticator, authenticator, 6);
    memcpy(s->own, own, 6);
    s->own_bytes = elements->own_bytes < SUPPLICANT_ELEMENT ? elements->own_bytes : SUPPLICANT_ELEMENT;
    s->their_bytes = elements->their_bytes < SUPPLICANT_ELEMENT ? elements->their_bytes : SUPPLICANT_ELEMENT;
    memcpy(s->own_element, elements->own, s->own_bytes);
    memcpy(s->their_element, elements->theirs, s->their_bytes);
}
