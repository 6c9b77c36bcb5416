/* SPDX-License-Identifier: Apache-2.0 */
/* The host end of a UART: a terminal, a file, a socket, a pseudo-terminal, a pair of pipes, or nothing.
 *
 *   stdio                     this process's standard input and output; a terminal is put into character mode
 *   log                       lines to standard output, with simulated time and name
 *   file:PATH                 output to a file
 *   tcp-listen:[HOST:]PORT    a server for one client at a time; HOST is 127.0.0.1 unless given; PORT 0: any
 *   tcp-connect:[HOST:]PORT   a client
 *   pty                       a pseudo-terminal, whose name is logged
 *   pipe:PATH                 two named pipes: PATH.in carries input, PATH.out output
 *   null                      output is dropped
 *
 * Nothing here blocks for input, and nothing here has a clock: the driver polls at fixed simulated intervals, so that
 * input enters at defined simulated times, and a run without input is the same with any kind of console.
 * Output to stdio, log and files is never lost: a slow reader slows the run. Sockets, pseudo-terminals and pipes are
 * wires instead: what nobody takes is lost, with one warning. */
#ifndef VESPER_SC_TOP_CONSOLE_CONSOLE_H
#define VESPER_SC_TOP_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/log.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct console;

/* spec: as above; name: "node0.uart0", copied. On failure *console is NULL and there was a message. */
enum sim_status console_open(const char *spec, const char *name, struct log *log, struct console **console);

/* Flushes, restores the terminal, and frees. The status is that of writing a file to its end. NULL is accepted. */
enum sim_status console_close(struct console *console);

/* A byte from the guest. */
void console_put(struct console *console, uint8_t byte, sim_time time);

/* Hands output to the host, accepts clients, and reads up to `room` bytes of input; returns how many. */
size_t console_poll(struct console *console, uint8_t *bytes, size_t room);

/* SIM_OK, or the first error of output. */
enum sim_status console_status(const struct console *console);

/* Whether somebody may yet send input, at a pace of their own: a person, a program at a socket. */
bool console_is_live(const struct console *console);

/* A descriptor that becomes readable when there is input, -1: none. */
int console_fd(const struct console *console);

/* Whether the user asked to end the run (Ctrl-A x on a terminal). */
bool console_wants_quit(const struct console *console);

/* The port a tcp-listen console listens at, 0 for others. */
uint16_t console_port(const struct console *console);

#ifdef __cplusplus
}
#endif
#endif
