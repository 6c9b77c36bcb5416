// SPDX-License-Identifier: Apache-2.0
// Drives a session with the SystemC kernel.
#ifndef VESPER_SC_TOP_SC_KERNEL_H
#define VESPER_SC_TOP_SC_KERNEL_H

#include "sc_top/run/session.h"

namespace vesper
{

// Elaborates, powers the nodes on, and runs to the session's end. Once a process.
sim_status run_systemc(session &run);

} // namespace vesper
#endif
