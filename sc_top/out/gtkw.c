/* SPDX-License-Identifier: Apache-2.0 */
/* GTKWave's format is described in its user's guide, appendix "GTKWave Savefile Format" and by what the program itself
 * writes: a line `@flags` (hexadecimal) holds for the names that follow. */
#include "sc_top/out/gtkw.h"

#include <string.h>

#include "sc_top/out/out_file.h"

enum {
    FLAGS_HEX = 0x22, /* TR_HEX | TR_RJUSTIFY */
    FLAGS_BIN = 0x28, /* TR_BIN | TR_RJUSTIFY; of texts too */
    FLAGS_GROUP_BEGIN = 0x800200,
    FLAGS_GROUP_END = 0x1000200,
    FLAGS_COMMENT = 0x200
};

enum group { GROUP_FIRMWARE, GROUP_BUS, GROUP_RTL, GROUP_RADIO, GROUPS };
static const char *const group_name[GROUPS] = {"firmware", "bus", "RTL", "radio"};

struct writer {
    struct out_file *file;
    const struct vcd *vcd;
    const struct gtkw_names *names;
    unsigned flags; /* in force */
};

static bool is_below(const char *scope, const char *parent)
{
    size_t length = strlen(parent);
    return strncmp(scope, parent, length) == 0 && (scope[length] == '.' || scope[length] == '\0');
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* rest: the scope below the node's, "" for the node itself. */
static enum group group_of(const struct gtkw_names *names, const char *scope, const char *rest)
{
    for (size_t i = 0; i < names->rtls; i++)
        if (is_below(scope, names->rtl[i]))
            return GROUP_RTL;
    if (begins(rest, "cpu"))
        return GROUP_FIRMWARE;
    if (begins(rest, "rtl"))
        return GROUP_RTL; /* our own, in place of parts of the radio */
    return begins(rest, "radio") || begins(rest, "wifi") || begins(rest, "baseband") ? GROUP_RADIO : GROUP_BUS;
}

static bool is_port(const struct gtkw_names *names, size_t n, const struct vcd_signal_info *signal)
{
    size_t length = strlen(signal->scope);
    const char *port = names->port[n];
    return strncmp(port, signal->scope, length) == 0 && port[length] == '.' &&
           strcmp(port + length + 1, signal->name) == 0;
}

static bool is_any_port(const struct gtkw_names *names, const struct vcd_signal_info *signal)
{
    for (size_t i = 0; i < names->ports; i++)
        if (is_port(names, i, signal))
            return true;
    return false;
}

static void set_flags(struct writer *w, unsigned flags)
{
    if (w->flags != flags)
        out_file_format(w->file, "@%x\n", flags);
    w->flags = flags;
}

static void write_signal(struct writer *w, const struct vcd_signal_info *signal)
{
    set_flags(w, signal->kind == TRACE_BITS ? FLAGS_HEX : FLAGS_BIN);
    out_file_format(w->file, "%s.%s", signal->scope, signal->name);
    if (signal->kind == TRACE_BITS)
        out_file_format(w->file, "[%u:0]", signal->width - 1);
    out_file_text(w->file, "\n");
}

struct heading {
    const char *scope, *title;
    bool written;
};

static void write_below(struct writer *w, struct heading *heading, const struct vcd_signal_info *signal)
{
    if (!heading->written) {
        set_flags(w, FLAGS_GROUP_BEGIN);
        out_file_format(w->file, "-%s: %s\n", heading->scope, heading->title);
    }
    heading->written = true;
    write_signal(w, signal);
}

static void write_ports(struct writer *w, struct heading *heading)
{
    for (size_t i = 0; i < w->names->ports; i++) {
        for (size_t k = 0; k < vcd_signal_count(w->vcd); k++) {
            struct vcd_signal_info signal = vcd_signal_at(w->vcd, k);
            if (is_below(signal.scope, heading->scope) && is_port(w->names, i, &signal))
                write_below(w, heading, &signal);
        }
    }
}

/* The signals below `scope` that are of this group; GROUPS: of any. */
static void write_group(struct writer *w, const char *scope, enum group group, const char *title)
{
    struct heading heading = {.scope = scope, .title = title};
    if (group == GROUP_RTL)
        write_ports(w, &heading);
    for (size_t i = 0; i < vcd_signal_count(w->vcd); i++) {
        struct vcd_signal_info signal = vcd_signal_at(w->vcd, i);
        if (!is_below(signal.scope, scope) || !signal.moved)
            continue;
        const char *rest = signal.scope + strlen(scope);
        enum group its = group_of(w->names, signal.scope, *rest == '.' ? rest + 1 : rest);
        if (group == GROUPS || (its == group && !is_any_port(w->names, &signal)))
            write_below(w, &heading, &signal);
    }
    if (!heading.written)
        return;
    set_flags(w, FLAGS_GROUP_END);
    out_file_format(w->file, "-%s: %s\n", scope, title);
}

enum sim_status gtkw_write(const char *path, const char *wave, const struct vcd *vcd, const struct gtkw_names *names,
                           struct log *log)
{
    struct writer w = {.vcd = vcd, .names = names};
    SIM_TRY(out_file_open(path, log, &w.file));
    out_file_format(w.file, "[*] Vesper\n[*]   gtkwave %s %s\n[dumpfile] \"%s\"\n[timestart] 0\n", wave, path, wave);
    out_file_text(w.file, "[sst_width] 0\n[signals_width] 240\n[sst_expanded] 0\n");
    for (size_t i = 0; i < names->nodes; i++)
        for (enum group group = 0; group < GROUPS; group++)
            write_group(&w, names->node[i], group, group_name[group]);
    write_group(&w, "air", GROUPS, "channels");
    set_flags(&w, FLAGS_COMMENT);
    out_file_text(w.file, "-\n[pattern_trace] 1\n[pattern_trace] 0\n");
    return out_file_finish(w.file);
}
