// SPDX-License-Identifier: Apache-2.0
// Drives a session without SystemC: the proof that SystemC is only a shell, and the reference for it.
#ifndef VESPER_SC_TOP_RUN_PLAIN_KERNEL_H
#define VESPER_SC_TOP_RUN_PLAIN_KERNEL_H

#include "sc_top/run/session.h"

namespace vesper
{

// Powers the nodes on and runs to the session's end.
sim_status run_plain(session &run);

} // namespace vesper
#endif
