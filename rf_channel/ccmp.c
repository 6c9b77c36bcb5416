/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/ccmp.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "bus/base/status.h"

enum { NONCE = 13, AAD_MAX = 30, EXT_IV = 0x20, PN_BYTES = 6 };

struct ccmp {
    EVP_CIPHER_CTX *seal, *open;
    unsigned key_id;
    uint64_t sent;
    uint64_t received[CCMP_TIDS];
};

struct ccmp *ccmp_create(const uint8_t key[CCMP_KEY], unsigned key_id)
{
    struct ccmp *ccmp = calloc(1, sizeof *ccmp);
    if (!ccmp)
        return NULL;
    ccmp->key_id = key_id;
    ccmp->seal = EVP_CIPHER_CTX_new();
    ccmp->open = EVP_CIPHER_CTX_new();
    bool ready = ccmp->seal && ccmp->open && EVP_EncryptInit_ex(ccmp->seal, EVP_aes_128_ccm(), NULL, NULL, NULL) == 1 &&
                 EVP_CIPHER_CTX_ctrl(ccmp->seal, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1 &&
                 EVP_CIPHER_CTX_ctrl(ccmp->seal, EVP_CTRL_AEAD_SET_TAG, CCMP_MIC, NULL) == 1 &&
                 EVP_EncryptInit_ex(ccmp->seal, NULL, NULL, key, NULL) == 1 &&
                 EVP_DecryptInit_ex(ccmp->open, EVP_aes_128_ccm(), NULL, NULL, NULL) == 1 &&
                 EVP_CIPHER_CTX_ctrl(ccmp->open, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1 &&
                 EVP_CIPHER_CTX_ctrl(ccmp->open, EVP_CTRL_AEAD_SET_TAG, CCMP_MIC, NULL) == 1 &&
                 EVP_DecryptInit_ex(ccmp->open, NULL, NULL, key, NULL) == 1;
    if (!ready) {
        ccmp_destroy(ccmp);
        return NULL;
    }
    return ccmp;
}

void ccmp_destroy(struct ccmp *ccmp)
{
    if (!ccmp)
        return;
    EVP_CIPHER_CTX_free(ccmp->seal);
    EVP_CIPHER_CTX_free(ccmp->open);
    free(ccmp);
}

/* 12.5.3.3.3: what may change on the way is masked. Returns the size. */
static size_t make_aad(const struct mpdu *mpdu, uint8_t aad[AAD_MAX])
{
    const uint8_t *h = mpdu->bytes;
    size_t size = MPDU_HEADER - 2; /* without Duration */
    aad[0] = h[0] & 0x8f;          /* subtype's bits 4..6 */
    aad[1] = (uint8_t)((h[1] & ~(MPDU_FLAG_RETRY | MPDU_FLAG_POWER | MPDU_FLAG_MORE_DATA)) | MPDU_FLAG_PROTECTED);
    if (mpdu->is_qos)
        aad[1] &= 0x7f; /* +HTC */
    memcpy(aad + 2, h + 4, (size_t)3 * MPDU_ADDRESS);
    aad[20] = h[22] & 0xf; /* the fragment number stays, the sequence number does not */
    aad[21] = 0;
    if ((h[1] & (MPDU_FLAG_TO_DS | MPDU_FLAG_FROM_DS)) == (MPDU_FLAG_TO_DS | MPDU_FLAG_FROM_DS)) {
        memcpy(aad + size, h + MPDU_HEADER, MPDU_ADDRESS);
        size += MPDU_ADDRESS;
    }
    if (mpdu->is_qos) {
        aad[size] = mpdu->tid;
        aad[size + 1] = 0;
        size += 2;
    }
    return size;
}

static void make_nonce(const struct mpdu *mpdu, uint64_t pn, uint8_t nonce[NONCE])
{
    nonce[0] = mpdu->is_qos ? mpdu->tid : 0;
    memcpy(nonce + 1, mpdu->transmitter, MPDU_ADDRESS);
    for (unsigned i = 0; i < PN_BYTES; i++)
        nonce[7 + i] = (uint8_t)(pn >> (40 - 8 * i));
}

static void put_header(uint8_t *out, uint64_t pn, unsigned key_id)
{
    out[0] = (uint8_t)pn;
    out[1] = (uint8_t)(pn >> 8);
    out[2] = 0;
    out[3] = (uint8_t)(EXT_IV | key_id << 6);
    for (unsigned i = 0; i < 4; i++)
        out[4 + i] = (uint8_t)(pn >> (16 + 8 * i));
}

static uint64_t packet_number(const uint8_t *header)
{
    uint64_t pn = (uint64_t)header[0] | (uint64_t)header[1] << 8;
    for (unsigned i = 0; i < 4; i++)
        pn |= (uint64_t)header[4 + i] << (16 + 8 * i);
    return pn;
}

size_t ccmp_encrypt(struct ccmp *ccmp, const uint8_t *bytes, size_t size, uint8_t *out)
{
    struct mpdu mpdu;
    uint8_t aad[AAD_MAX], nonce[NONCE];
    int made = 0, rest = 0;
    if (!mpdu_parse(bytes, size, &mpdu) || mpdu.type != MPDU_DATA || size == mpdu.header)
        return 0;
    int body = (int)(size - mpdu.header);
    uint8_t *cipher = out + mpdu.header + CCMP_HEADER;
    ccmp->sent++;
    make_nonce(&mpdu, ccmp->sent, nonce);
    size_t aad_size = make_aad(&mpdu, aad);
    memcpy(out, bytes, mpdu.header);
    out[1] |= MPDU_FLAG_PROTECTED;
    put_header(out + mpdu.header, ccmp->sent, ccmp->key_id);
    bool done = EVP_EncryptInit_ex(ccmp->seal, NULL, NULL, NULL, nonce) == 1 &&
                EVP_EncryptUpdate(ccmp->seal, NULL, &made, NULL, body) == 1 &&
                EVP_EncryptUpdate(ccmp->seal, NULL, &made, aad, (int)aad_size) == 1 &&
                EVP_EncryptUpdate(ccmp->seal, cipher, &made, bytes + mpdu.header, body) == 1 &&
                EVP_EncryptFinal_ex(ccmp->seal, cipher + body, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(ccmp->seal, EVP_CTRL_AEAD_GET_TAG, CCMP_MIC, cipher + body) == 1;
    sim_assert(done);
    return size + CCMP_OVERHEAD;
}

int ccmp_key_id(const struct mpdu *mpdu)
{
    if (!(mpdu->flags & MPDU_FLAG_PROTECTED) || mpdu->size < mpdu->header + CCMP_HEADER)
        return -1;
    uint8_t octet = mpdu->bytes[mpdu->header + 3];
    return octet & EXT_IV ? octet >> 6 : -1;
}

enum ccmp_result ccmp_decrypt(struct ccmp *ccmp, const struct mpdu *mpdu, uint8_t *out, size_t *size)
{
    uint8_t aad[AAD_MAX], nonce[NONCE], tag[CCMP_MIC];
    int made = 0;
    if (mpdu->type != MPDU_DATA || ccmp_key_id(mpdu) < 0 || mpdu->size <= mpdu->header + CCMP_OVERHEAD)
        return CCMP_MALFORMED;
    const uint8_t *header = mpdu->bytes + mpdu->header;
    int body = (int)(mpdu->size - mpdu->header) - CCMP_OVERHEAD;
    uint64_t pn = packet_number(header);
    uint64_t *received = &ccmp->received[mpdu->is_qos ? mpdu->tid : 0];
    if (pn <= *received)
        return CCMP_REPLAY;
    make_nonce(mpdu, pn, nonce);
    size_t aad_size = make_aad(mpdu, aad);
    memcpy(out, mpdu->bytes, mpdu->header);
    out[1] &= (uint8_t)~MPDU_FLAG_PROTECTED;
    memcpy(tag, header + CCMP_HEADER + body, CCMP_MIC);
    bool genuine = EVP_CIPHER_CTX_ctrl(ccmp->open, EVP_CTRL_AEAD_SET_TAG, CCMP_MIC, tag) == 1 &&
                   EVP_DecryptInit_ex(ccmp->open, NULL, NULL, NULL, nonce) == 1 &&
                   EVP_DecryptUpdate(ccmp->open, NULL, &made, NULL, body) == 1 &&
                   EVP_DecryptUpdate(ccmp->open, NULL, &made, aad, (int)aad_size) == 1 &&
                   EVP_DecryptUpdate(ccmp->open, out + mpdu->header, &made, header + CCMP_HEADER, body) == 1;
    if (!genuine)
        return CCMP_BAD_MIC;
    *received = pn;
    *size = mpdu->header + (size_t)body;
    return CCMP_OK;
}

uint64_t ccmp_packet_number(const struct ccmp *ccmp)
{
    return ccmp->sent;
}

void ccmp_set_packet_number(struct ccmp *ccmp, uint64_t pn)
{
    ccmp->sent = pn;
}

void ccmp_set_received(struct ccmp *ccmp, uint64_t pn)
{
    for (unsigned tid = 0; tid < CCMP_TIDS; tid++)
        ccmp->received[tid] = pn;
}

/* ---- Without state ---- */

/* A context with this key for one frame; NULL: libcrypto refuses, or has no memory. */
static EVP_CIPHER_CTX *context(const uint8_t *key, const uint8_t *nonce, uint8_t *tag, int encrypt)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx && EVP_CipherInit_ex(ctx, EVP_aes_128_ccm(), NULL, NULL, NULL, encrypt) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, NONCE, NULL) == 1 &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, CCMP_MIC, tag) == 1 &&
        EVP_CipherInit_ex(ctx, NULL, NULL, key, nonce, encrypt) == 1)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

/* The frame as its parts; false: it is none for CCMP. */
static bool dissect(const uint8_t *bytes, size_t size, struct mpdu *mpdu, uint8_t *nonce, uint8_t *aad,
                    size_t *aad_size)
{
    if (!mpdu_parse(bytes, size, mpdu) || mpdu->type != MPDU_DATA || ccmp_key_id(mpdu) < 0 ||
        size <= mpdu->header + CCMP_OVERHEAD)
        return false;
    make_nonce(mpdu, packet_number(bytes + mpdu->header), nonce);
    *aad_size = make_aad(mpdu, aad);
    return true;
}

/* `in` to `out`, `count` bytes; and the additional data. */
static bool run(EVP_CIPHER_CTX *ctx, const uint8_t *aad, size_t aad_size, const uint8_t *in, uint8_t *out, int count)
{
    int made = 0;
    return EVP_CipherUpdate(ctx, NULL, &made, NULL, count) == 1 &&
           EVP_CipherUpdate(ctx, NULL, &made, aad, (int)aad_size) == 1 &&
           EVP_CipherUpdate(ctx, out, &made, in, count) == 1;
}

bool ccmp_seal(const uint8_t key[CCMP_KEY], uint8_t *bytes, size_t size)
{
    struct mpdu mpdu;
    uint8_t aad[AAD_MAX], nonce[NONCE];
    size_t aad_size;
    int rest = 0;
    if (!dissect(bytes, size, &mpdu, nonce, aad, &aad_size))
        return false;
    int count = (int)(size - mpdu.header) - CCMP_OVERHEAD;
    uint8_t *body = bytes + mpdu.header + CCMP_HEADER;
    EVP_CIPHER_CTX *ctx = context(key, nonce, NULL, 1);
    bool done = ctx && run(ctx, aad, aad_size, body, body, count) &&
                EVP_CipherFinal_ex(ctx, body + count, &rest) == 1 &&
                EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CCMP_MIC, body + count) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return done;
}

bool ccmp_open(const uint8_t key[CCMP_KEY], uint8_t *bytes, size_t size)
{
    struct mpdu mpdu;
    uint8_t aad[AAD_MAX], nonce[NONCE], plain[4096];
    size_t aad_size;
    if (size > sizeof plain || !dissect(bytes, size, &mpdu, nonce, aad, &aad_size))
        return false;
    int count = (int)(size - mpdu.header) - CCMP_OVERHEAD;
    uint8_t *body = bytes + mpdu.header + CCMP_HEADER;
    EVP_CIPHER_CTX *ctx = context(key, nonce, body + count, 0);
    bool genuine = ctx && run(ctx, aad, aad_size, body, plain, count); /* what is not is wiped: not in place */
    EVP_CIPHER_CTX_free(ctx);
    if (genuine)
        memcpy(body, plain, (size_t)count);
    return genuine;
}
