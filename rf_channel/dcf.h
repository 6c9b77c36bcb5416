/* SPDX-License-Identifier: Apache-2.0 */
/* The lower MAC of one radio: what 802.11 hardware does by itself. It makes one attempt for each frame that it is
 * given: waits for AIFS and the given number of backoff slots, sends RTS or CTS-to-self, the frame, and waits for the
 * answer; it answers received frames after SIFS and keeps the NAV. Contention windows, retries and duplicates are the
 * software's above it: a guest's driver, or station.h.
 *
 * Sources: IEEE 802.11-2020, 10.3.2 (DCF: carrier sense, NAV, IFS, EIFS), 10.3.4 (random backoff, slot boundaries),
 * 10.23.2.4 (EDCA: internal collisions), 17.4.4 and 18.5.4 (slot times).
 *
 * All calls and callbacks happen in the time of the medium's queue. */
#ifndef VESPER_RF_CHANNEL_DCF_H
#define VESPER_RF_CHANNEL_DCF_H

#include "rf_channel/medium.h"
#include "rf_channel/mpdu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DCF_SLOTS = 5, DCF_ADDRESSES = 4, DCF_BLOCK_ACK_WINDOW = 64 };

/* How long a frame must still wait that finds the medium idle for longer than its IFS. */
enum dcf_idle_rule {
    DCF_IDLE_SLOT,     /* to the next slot boundary (EDCA, 10.23.2.4) */
    DCF_IDLE_WHOLE_IFS /* for a whole IFS (ns-3's DCF) */
};

struct dcf_config {
    sim_time slot; /* 9 us short, 20 us long */
    sim_time sifs;
    /* A station has decided for a slot boundary this long before it and hears nothing from then on
     * (aRxTxTurnaroundTime); less than a slot. */
    sim_time turnaround;
    /* EIFS - DIFS is SIFS and this: the time of an ACK at the lowest mandatory rate (10.3.2.3.7). 0: no EIFS. */
    sim_time eifs_ack;
    enum dcf_idle_rule idle_rule;
    /* EDCA takes a slot off the counter at its beginning (10.23.2.4), so a station counts one more than with DCF, which
     * does it at the end (10.3.4.3), whenever another one's frame stops the count. */
    bool edca;
    /* What is queued at the very end of a reception, as forwarding does, finds an idle medium and need not draw a
     * backoff although our ACK will follow (ns-3). The standard wants the medium idle for a whole IFS (10.3.4.2). */
    bool idle_at_rx_end;
    uint32_t basic_rates; /* for answers; bit n = enum rf_rate n, see rf_response_rate */
    /* For hardware with a table of its own: 1 + the rate that answers a frame of each rate; 0: by basic_rates. */
    uint8_t answer_rate[RF_RATE_COUNT];
    double power_dbm; /* of answers */
};

/* EDCA with 802.11g's short slots, DSSS 1 Mbit/s as the lowest mandatory rate. */
struct dcf_config dcf_defaults(void);

/* How a frame of `mode` is answered: its rate by answer_rate or basic_rates, and with its preamble. */
struct rf_mode dcf_answer_to(const struct dcf_config *config, struct rf_mode mode);

enum dcf_protection { DCF_PROTECT_NONE, DCF_PROTECT_RTS, DCF_PROTECT_CTS_TO_SELF };
enum dcf_answer { DCF_ANSWER_NONE, DCF_ANSWER_ACK, DCF_ANSWER_BLOCK_ACK };

struct dcf_attempt {
    const uint8_t *mpdu; /* valid until the attempt is done; NULL: nothing is sent at the boundary, DCF_OK */
    unsigned bytes;      /* without FCS; 10..4091 */
    struct rf_mode mode;
    double power_dbm;
    unsigned aifsn;   /* IFS = SIFS + aifsn slots; 1..15, 2 is DIFS */
    unsigned backoff; /* slots to count down */
    enum dcf_answer answer;
    enum dcf_protection protection;
    struct rf_mode protection_mode;
    uint16_t protection_duration; /* us, the Duration field of the RTS or CTS */
    sim_time access_limit;        /* from the start of the attempt to its first frame; 0: none */
};

enum dcf_result {
    DCF_OK, /* sent, and answered if an answer was wanted */
    DCF_NO_CTS,
    DCF_NO_ACK,
    DCF_INTERNAL_COLLISION, /* a slot of higher priority had the same boundary */
    DCF_ACCESS_LIMIT,
    DCF_CANCELLED
};

struct dcf_outcome {
    enum dcf_result result;
    bool sent;                /* the frame itself was on the air */
    unsigned left;            /* backoff slots still to go, of an attempt that has not had its boundary */
    sim_time begun;           /* when dcf_start was called */
    sim_time start;           /* of the first frame of the attempt, if one was sent */
    double rssi_dbm, snr_db;  /* of the answer, when there was one */
    uint16_t block_ack_start; /* of a BlockAck: sequence number of bit 0 */
    uint64_t block_ack_bitmap;
};

enum dcf_wants { DCF_WANTS_NOTHING, DCF_WANTS_ACK, DCF_WANTS_SCORE /* QoS data to be answered by a BlockAck later */ };

struct dcf_rx {
    const struct rf_rx *rx;
    bool parsed; /* mpdu is valid: result RF_RX_OK and a known header */
    struct mpdu mpdu;
    sim_time start, end;  /* of the PPDU at this antenna; end with the signal extension */
    unsigned match;       /* bit n: the receiver address is that of interface n */
    enum dcf_wants wants; /* gets it if dcf_acknowledge is called in time */
};

struct dcf_ops {
    /* An attempt is over; the next may be started from within. */
    void (*done)(void *ctx, sim_time now, unsigned slot, const struct dcf_outcome *outcome);
    /* A frame ended, whoever it was for, also one with a bad FCS. Valid during the call. */
    void (*received)(void *ctx, sim_time now, const struct dcf_rx *rx);
    /* The frame of the slot's attempt goes on the air now; its bytes may still be filled in (a beacon's timestamp). May
     * be NULL. */
    void (*sending)(void *ctx, sim_time now, unsigned slot);
};

/* What the radio is at, for waveforms and energy. Ordered by what hides what. */
enum dcf_state {
    DCF_STATE_OFF,
    DCF_STATE_IDLE,
    DCF_STATE_NAV,     /* idle by carrier sense, reserved by a Duration */
    DCF_STATE_BACKOFF, /* waits for its IFS and slots on an idle medium */
    DCF_STATE_BUSY,    /* energy or a foreign preamble */
    DCF_STATE_RX,      /* synchronised to a frame */
    DCF_STATE_TX,
    DCF_STATES
};
const char *dcf_state_name(enum dcf_state state);
const char *dcf_result_name(enum dcf_result result);

/* Sees what every engine does; may be NULL, and so may each function. */
struct dcf_observer {
    void *ctx;
    void (*state)(void *ctx, sim_time now, unsigned node, enum dcf_state state);
    void (*nav)(void *ctx, sim_time now, unsigned node, sim_time until);
    void (*done)(void *ctx, sim_time now, unsigned node, unsigned slot, const struct dcf_attempt *attempt,
                 const struct dcf_outcome *outcome);
    void (*received)(void *ctx, sim_time now, unsigned node, const struct dcf_rx *rx);
};

/* Channel access in hardware, such as RTL, in place of the engine's own arithmetic or beside it. It is told what the
 * engine knows of the medium and counts for itself. All times are those of the medium's queue. */
struct dcf_access_decision {
    unsigned winner; /* slot that sends at the boundary; DCF_SLOTS: nobody, which ends all contention of this engine */
    unsigned losers; /* bit n: slot n had the same boundary */
    sim_time boundary; /* from now on, less than a turnaround and a slot ahead */
};

struct dcf_access_ops {
    /* Settings; while stopped. */
    void (*configure)(void *ctx, sim_time now, const struct dcf_config *config);
    void (*carrier)(void *ctx, sim_time now, bool busy);
    void (*restart)(void *ctx, sim_time now); /* IFS counts from now on at the earliest, as in the next two */
    void (*nav)(void *ctx, sim_time now, sim_time until);
    void (*eifs)(void *ctx, sim_time now, sim_time until); /* 0: not for that reason */
    void (*start)(void *ctx, sim_time now, unsigned slot, unsigned aifsn, unsigned backoff);
    void (*cancel)(void *ctx, sim_time now, unsigned slot);
    void (*go)(void *ctx, sim_time now);      /* the medium may be contended for; no effect when it could before */
    void (*stop)(void *ctx, sim_time now);    /* no longer */
    sim_time (*due)(void *ctx, sim_time now); /* time of the next decision, or SIM_TIME_NEVER */
    struct dcf_access_decision (*decide)(void *ctx, sim_time now); /* at that time; it stops then */
    unsigned (*left)(void *ctx, unsigned slot);                    /* slots to go, after stop, decide or cancel */
    /* Of an access that is only compared: model and hardware say different things. */
    void (*differs)(void *ctx, sim_time now, const char *what, unsigned slot, uint64_t model, uint64_t hardware);
};

struct dcf;

/* Attaches a radio for `node` to the medium, listening. config is copied; ops, ctx and observer outlive the engine.
 * NULL without memory. The engine goes before its medium. */
struct dcf *dcf_create(struct rf_medium *medium, unsigned node, unsigned channel, const struct dcf_config *config,
                       const struct dcf_ops *ops, void *ctx, const struct dcf_observer *observer);
void dcf_destroy(struct dcf *dcf);

/* To be called before anything happens on the medium. ops and ctx outlive the engine. `only_compared`: the engine's own
 * count holds, and the hardware's is compared with it at every step. */
void dcf_set_access(struct dcf *dcf, const struct dcf_access_ops *ops, void *ctx, bool only_compared);

/* The receiver address of interface n (0..3): frames to it are answered and do not set the NAV. A bit of the mask that
 * is 0 is not compared. NULL mask: compare all; NULL address: none. */
void dcf_set_address(struct dcf *dcf, unsigned interface, const uint8_t address[MPDU_ADDRESS],
                     const uint8_t mask[MPDU_ADDRESS]);

/* Starts an attempt in a slot (0: highest priority .. 4) that has none; the attempt is copied, its bytes are not. */
void dcf_start(struct dcf *dcf, unsigned slot, const struct dcf_attempt *attempt);
/* Ends an attempt that has sent nothing yet with DCF_CANCELLED, before returning. False when there is none, or it is on
 * the air: it will end by itself. */
bool dcf_cancel(struct dcf *dcf, unsigned slot);
bool dcf_is_busy(const struct dcf *dcf, unsigned slot);
/* Carrier sense, physical or virtual, or an exchange of our own. */
bool dcf_medium_is_busy(const struct dcf *dcf);

/* The frame told last by `received` has been accepted: it is entered in its block-ack scoreboard, if there is one, and
 * acknowledged, if it wants that. To be called before SIFS after its end is over; later it has no effect. */
void dcf_acknowledge(struct dcf *dcf);

/* Block ack as recipient: frames of (transmitter, tid) are entered in a scoreboard of 64 from `start` on; a BlockAckReq
 * is answered from it. True when there was room for one more of 8 agreements, or it was there already. */
bool dcf_block_ack_open(struct dcf *dcf, const uint8_t transmitter[MPDU_ADDRESS], unsigned tid, uint16_t start);
void dcf_block_ack_close(struct dcf *dcf, const uint8_t transmitter[MPDU_ADDRESS], unsigned tid);

/* Both wait for a frame of ours on the air to end. */
void dcf_set_channel(struct dcf *dcf, unsigned channel);
void dcf_set_listening(struct dcf *dcf, bool listening);
/* Changes of slot time, basic rates or power: from the next IFS or answer on. */
void dcf_configure(struct dcf *dcf, const struct dcf_config *config);

enum dcf_state dcf_get_state(const struct dcf *dcf);
sim_time dcf_nav(const struct dcf *dcf);
struct rf_radio *dcf_radio(const struct dcf *dcf);
unsigned dcf_node(const struct dcf *dcf);

#ifdef __cplusplus
}
#endif
#endif
