/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of sc_top/console share. */
#ifndef VESPER_SC_TOP_CONSOLE_CONSOLE_PRIV_H
#define VESPER_SC_TOP_CONSOLE_CONSOLE_PRIV_H

#include <termios.h>

#include "sc_top/console/console.h"
#include "sc_top/out/out_file.h"

enum { CONSOLE_BUFFER = 64 * 1024, CONSOLE_LINE = 512 };

struct console {
    char *name;
    struct log *log;
    int in, out; /* descriptors, -1: none; `out` may equal `in` */
    int listener;
    uint16_t port;
    struct out_file *file; /* file: */
    bool lossy;            /* a wire: what is not taken is lost */
    bool lost;             /* and that has been said */
    bool live;             /* input may come from somebody who takes their time */
    bool by_line;          /* log: whole lines, stamped */
    bool input_ended;
    bool escape; /* Ctrl-A was typed */
    bool quit;
    bool raw; /* the terminal is in character mode; `saved` is what it was */
    struct termios saved;
    enum sim_status status;
    size_t used; /* of buffer */
    uint8_t buffer[CONSOLE_BUFFER];
    size_t line_used;
    sim_time line_time;
    char line[CONSOLE_LINE];
};

/* console_open.c */
void console_close_descriptors(struct console *console);

#endif
