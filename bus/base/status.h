/* SPDX-License-Identifier: Apache-2.0 */
/* Result of a call that depends on the user or the host: files, sockets, options, images.
 *
 * Three kinds of error never mix. A programmer's error stops the program (sim_assert). A user's or
 * host's error is a sim_status and one message through log.h. A guest's error is neither: it is an
 * architectural exception, or is ignored as hardware ignores it, and is logged in class "guest". */
#ifndef VESPER_BUS_BASE_STATUS_H
#define VESPER_BUS_BASE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

enum sim_status {
#define STATUS(constant, text) SIM_##constant,
#include "bus/base/status.def"
#undef STATUS
    SIM_STATUS_COUNT
};

/* The status as a short English phrase; never NULL. */
const char *sim_status_text(enum sim_status status);

/* Returns early from a function that itself returns a sim_status. */
#define SIM_TRY(expression)                                                                                            \
    do {                                                                                                               \
        enum sim_status sim_try_status = (expression);                                                                 \
        if (sim_try_status != SIM_OK)                                                                                  \
            return sim_try_status;                                                                                     \
    } while (0)

#ifdef __cplusplus
#define SIM_NORETURN [[noreturn]]
#else
#define SIM_NORETURN _Noreturn
#endif

/* Prints what was violated and where, then aborts. */
SIM_NORETURN void sim_assert_failed(const char *condition, const char *file, int line);

/* A promise between our own functions; active in every build, since a wrong model is worth nothing. */
#define sim_assert(condition) ((condition) ? (void)0 : sim_assert_failed(#condition, __FILE__, __LINE__))

#ifdef __cplusplus
}
#endif
#endif
