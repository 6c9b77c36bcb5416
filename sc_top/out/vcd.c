/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/vcd.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sc_top/out/out_file.h"
#include "sc_top/out/pattern.h"

enum {
    VCD_CODE_MAX = 6,         /* 94^5 signals */
    VCD_TEXT_MAX = 128,       /* longer names are cut */
    VCD_FLUSH = 128 * 1024,   /* of a buffer of twice the size, so that lines never straddle two writes */
    VCD_FIRST_CAPACITY = 1024 /* of the tables that grow */
};

struct vcd_signal {
    char *scope, *name;
    enum trace_kind kind;
    unsigned width;
    char code[VCD_CODE_MAX];
    bool known;     /* has had a value */
    bool moved;     /* and then another one */
    uint64_t value; /* the last one written; for texts the number of the text */
};

struct vcd_change {
    sim_time time;
    trace_id id;
    uint32_t arrival;
    uint64_t value;
};

/* Texts are kept once each; their number stands in for them. */
struct vcd_text {
    char *text; /* NULL: free */
    uint64_t number;
};

struct vcd {
    struct trace_sink sink;
    struct out_file *file;
    struct log *log;
    char **patterns;
    size_t pattern_count;

    struct vcd_signal *signal; /* [id - 1] */
    size_t signal_count, signal_capacity;
    bool declared; /* the header is written */

    struct vcd_change *change;
    size_t change_count, change_capacity;
    uint32_t arrivals;
    sim_time safe;
    bool begun; /* a time stamp is written */
    sim_time written;
    uint64_t changes_written;

    struct vcd_text *text; /* open addressing */
    size_t text_count, text_capacity;
    char **text_of; /* by number */
    size_t text_of_capacity;
};

/* Doubles `*items` when it is full. Recorders grow with what the model shows; a run that has no memory left for that
 * cannot go on in any useful way. */
static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? 2 * *capacity : VCD_FIRST_CAPACITY;
    void *more = realloc(items, *capacity * size);
    sim_assert(more != NULL);
    return more;
}

/* --- signals --- */

static bool wanted(const struct vcd *vcd, const char *scope, const char *name)
{
    char full[256];
    int length = snprintf(full, sizeof full, "%s.%s", scope, name);
    return length > 0 && (size_t)length < sizeof full &&
           pattern_chooses((const char *const *)vcd->patterns, vcd->pattern_count, full);
}

static void make_code(char code[VCD_CODE_MAX], size_t number)
{
    size_t i = 0;
    do {
        code[i++] = (char)('!' + number % 94);
        number /= 94;
    } while (number && i + 1 < VCD_CODE_MAX);
    code[i] = '\0';
}

static trace_id vcd_declare(void *ctx, const char *scope, const char *name, enum trace_kind kind, unsigned width)
{
    struct vcd *vcd = ctx;
    if (vcd->declared || !wanted(vcd, scope, name))
        return 0;
    vcd->signal = grown(vcd->signal, vcd->signal_count, &vcd->signal_capacity, sizeof *vcd->signal);
    struct vcd_signal *signal = &vcd->signal[vcd->signal_count];
    *signal = (struct vcd_signal){
        .scope = strdup(scope), .name = strdup(name), .kind = kind, .width = kind == TRACE_BITS ? width : 1};
    sim_assert(signal->scope && signal->name && signal->width >= 1 && signal->width <= 64);
    make_code(signal->code, vcd->signal_count);
    return (trace_id)++vcd->signal_count;
}

/* --- header --- */

/* Compares one component of two dotted names, "node2" before "node10". */
static int compare_component(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t i = 0, j = 0;
    while (i < a_length && j < b_length) {
        if (isdigit((unsigned char)a[i]) && isdigit((unsigned char)b[j])) {
            unsigned long x = 0, y = 0;
            while (i < a_length && isdigit((unsigned char)a[i]))
                x = 10 * x + (unsigned long)(a[i++] - '0');
            while (j < b_length && isdigit((unsigned char)b[j]))
                y = 10 * y + (unsigned long)(b[j++] - '0');
            if (x != y)
                return x < y ? -1 : 1;
        } else if (a[i] != b[j]) {
            return (unsigned char)a[i] < (unsigned char)b[j] ? -1 : 1;
        } else {
            i++, j++;
        }
    }
    return (i < a_length) - (j < b_length);
}

static size_t component_length(const char *name)
{
    return strcspn(name, ".");
}

static const char *next_component(const char *name)
{
    name += component_length(name);
    return *name == '.' ? name + 1 : name;
}

static int compare_scope(const char *a, const char *b)
{
    while (*a && *b) {
        int order = compare_component(a, component_length(a), b, component_length(b));
        if (order)
            return order;
        a = next_component(a);
        b = next_component(b);
    }
    return (*a != '\0') - (*b != '\0');
}

static int by_scope(const void *left, const void *right)
{
    const struct vcd_signal *a = *(const struct vcd_signal *const *)left;
    const struct vcd_signal *b = *(const struct vcd_signal *const *)right;
    int order = compare_scope(a->scope, b->scope);
    return order ? order : (a > b) - (a < b); /* both in one array: order of declaration */
}

/* Closes and opens scopes on the way from one to another. */
static void write_scope_change(struct vcd *vcd, const char *from, const char *to)
{
    while (*from && *to && component_length(from) == component_length(to) &&
           memcmp(from, to, component_length(from)) == 0) {
        from = next_component(from);
        to = next_component(to);
    }
    for (; *from; from = next_component(from))
        out_file_text(vcd->file, "$upscope $end\n");
    for (; *to; to = next_component(to))
        out_file_format(vcd->file, "$scope module %.*s $end\n", (int)component_length(to), to);
}

static void write_declaration(struct vcd *vcd, const struct vcd_signal *signal)
{
    if (signal->kind == TRACE_TEXT)
        out_file_format(vcd->file, "$var string 1 %s %s $end\n", signal->code, signal->name);
    else if (signal->kind == TRACE_WIRE)
        out_file_format(vcd->file, "$var wire 1 %s %s $end\n", signal->code, signal->name);
    else
        out_file_format(vcd->file, "$var wire %u %s %s [%u:0] $end\n", signal->width, signal->code, signal->name,
                        signal->width - 1);
}

static void write_header(struct vcd *vcd)
{
    const struct vcd_signal **sorted = malloc((vcd->signal_count + 1) * sizeof *sorted);
    const char *scope = "";
    sim_assert(sorted != NULL);
    vcd->declared = true;
    for (size_t i = 0; i < vcd->signal_count; i++)
        sorted[i] = &vcd->signal[i];
    qsort(sorted, vcd->signal_count, sizeof *sorted, by_scope);
    /* No date: two runs give the same bytes. */
    out_file_text(vcd->file, "$version Vesper $end\n$timescale 1 ps $end\n");
    for (size_t i = 0; i < vcd->signal_count; i++) {
        write_scope_change(vcd, scope, sorted[i]->scope);
        scope = sorted[i]->scope;
        write_declaration(vcd, sorted[i]);
    }
    write_scope_change(vcd, scope, "");
    out_file_text(vcd->file, "$enddefinitions $end\n#0\n$dumpvars\n");
    for (size_t i = 0; i < vcd->signal_count; i++) {
        if (vcd->signal[i].kind == TRACE_WIRE)
            out_file_format(vcd->file, "x%s\n", vcd->signal[i].code);
        else if (vcd->signal[i].kind == TRACE_BITS)
            out_file_format(vcd->file, "bx %s\n", vcd->signal[i].code);
    }
    out_file_text(vcd->file, "$end\n");
    vcd->begun = true;
    vcd->written = 0;
    free(sorted);
}

/* --- texts --- */

static uint64_t text_hash(const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    return hash;
}

static struct vcd_text *text_place(struct vcd_text *table, size_t capacity, const char *text)
{
    for (size_t i = (size_t)text_hash(text) & (capacity - 1);; i = (i + 1) & (capacity - 1))
        if (!table[i].text || strcmp(table[i].text, text) == 0)
            return &table[i];
}

static void grow_texts(struct vcd *vcd)
{
    size_t capacity = vcd->text_capacity ? 2 * vcd->text_capacity : VCD_FIRST_CAPACITY;
    struct vcd_text *table = calloc(capacity, sizeof *table);
    sim_assert(table != NULL);
    for (size_t i = 0; i < vcd->text_capacity; i++)
        if (vcd->text[i].text)
            *text_place(table, capacity, vcd->text[i].text) = vcd->text[i];
    free(vcd->text);
    vcd->text = table;
    vcd->text_capacity = capacity;
}

static uint64_t text_number(struct vcd *vcd, const char *text)
{
    if (2 * (vcd->text_count + 1) > vcd->text_capacity)
        grow_texts(vcd);
    struct vcd_text *place = text_place(vcd->text, vcd->text_capacity, text);
    if (!place->text) {
        place->text = strdup(text);
        sim_assert(place->text != NULL);
        place->number = vcd->text_count;
        vcd->text_of = grown(vcd->text_of, vcd->text_count, &vcd->text_of_capacity, sizeof *vcd->text_of);
        vcd->text_of[vcd->text_count++] = place->text;
    }
    return place->number;
}

/* A string value ends at the first blank; GTKWave knows no way to quote one. */
static void write_text(struct vcd *vcd, const char *text, const char *code)
{
    char line[VCD_TEXT_MAX + VCD_CODE_MAX + 4];
    size_t n = 0;
    line[n++] = 's';
    for (; *text && n < VCD_TEXT_MAX; text++)
        line[n++] = isgraph((unsigned char)*text) ? *text : '_';
    line[n++] = ' ';
    n += (size_t)snprintf(line + n, sizeof line - n, "%s\n", code);
    out_file_write(vcd->file, line, n);
}

/* --- changes --- */

static void vcd_change_any(struct vcd *vcd, trace_id id, sim_time time, uint64_t value)
{
    sim_assert(id <= vcd->signal_count);
    vcd->change = grown(vcd->change, vcd->change_count, &vcd->change_capacity, sizeof *vcd->change);
    vcd->change[vcd->change_count++] = (struct vcd_change){
        .time = time < vcd->safe ? vcd->safe : time, .id = id, .arrival = vcd->arrivals++, .value = value};
}

static void vcd_change_value(void *ctx, trace_id id, sim_time time, uint64_t value)
{
    vcd_change_any(ctx, id, time, value);
}

static void vcd_change_text(void *ctx, trace_id id, sim_time time, const char *text)
{
    vcd_change_any(ctx, id, time, text_number(ctx, text));
}

static int by_time(const void *left, const void *right)
{
    const struct vcd_change *a = left, *b = right;
    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return a->arrival < b->arrival ? -1 : a->arrival > b->arrival;
}

static void write_bits(struct vcd *vcd, const struct vcd_signal *signal)
{
    char line[64 + VCD_CODE_MAX + 4];
    size_t n = 0;
    unsigned bit = signal->width;
    line[n++] = 'b';
    while (bit > 1 && !(signal->value >> (bit - 1) & 1)) /* leading zeros are implied */
        bit--;
    while (bit-- > 0)
        line[n++] = (char)('0' + (signal->value >> bit & 1));
    n += (size_t)snprintf(line + n, sizeof line - n, " %s\n", signal->code);
    out_file_write(vcd->file, line, n);
}

static void write_change(struct vcd *vcd, const struct vcd_change *change)
{
    struct vcd_signal *signal = &vcd->signal[change->id - 1];
    uint64_t value = signal->kind == TRACE_TEXT   ? change->value
                     : signal->kind == TRACE_WIRE ? change->value != 0
                     : signal->width >= 64        ? change->value
                                                  : change->value & ((UINT64_C(1) << signal->width) - 1);
    if (signal->known && signal->value == value)
        return;
    signal->moved = signal->known;
    signal->known = true;
    signal->value = value;
    if (change->time != vcd->written) {
        out_file_format(vcd->file, "#%" PRIu64 "\n", change->time);
        vcd->written = change->time;
    }
    vcd->changes_written++;
    if (signal->kind == TRACE_TEXT)
        write_text(vcd, vcd->text_of[value], signal->code);
    else if (signal->kind == TRACE_WIRE)
        out_file_format(vcd->file, "%c%s\n", value ? '1' : '0', signal->code);
    else
        write_bits(vcd, signal);
    if (out_file_pending(vcd->file) >= VCD_FLUSH)
        out_file_flush(vcd->file);
}

static bool in_order(const struct vcd_change *change, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (by_time(&change[i - 1], &change[i]) > 0)
            return false;
    return true;
}

/* Writes what lies before `end` and keeps the rest. */
static void write_until(struct vcd *vcd, sim_time end)
{
    size_t done = 0;
    if (!in_order(vcd->change, vcd->change_count))
        qsort(vcd->change, vcd->change_count, sizeof *vcd->change, by_time);
    for (; done < vcd->change_count && vcd->change[done].time < end; done++) {
        const struct vcd_change *change = &vcd->change[done];
        bool overtaken = done + 1 < vcd->change_count && change[1].time == change->time && change[1].id == change->id;
        if (!overtaken)
            write_change(vcd, change);
    }
    vcd->change_count -= done;
    if (done && vcd->change_count)
        memmove(vcd->change, vcd->change + done, vcd->change_count * sizeof *vcd->change);
    for (vcd->arrivals = 0; vcd->arrivals < vcd->change_count; vcd->arrivals++)
        vcd->change[vcd->arrivals].arrival = vcd->arrivals;
}

void vcd_advance(struct vcd *vcd, sim_time safe)
{
    if (!vcd->declared)
        write_header(vcd);
    if (safe <= vcd->safe)
        return;
    vcd->safe = safe;
    if (vcd->change_count)
        write_until(vcd, safe);
}

void vcd_flush(struct vcd *vcd)
{
    out_file_flush(vcd->file);
}

/* --- life --- */

static void vcd_free(struct vcd *vcd)
{
    for (size_t i = 0; i < vcd->signal_count; i++) {
        free(vcd->signal[i].scope);
        free(vcd->signal[i].name);
    }
    for (size_t i = 0; i < vcd->text_count; i++)
        free(vcd->text_of[i]);
    for (size_t i = 0; i < vcd->pattern_count; i++)
        free(vcd->patterns[i]);
    free(vcd->signal);
    free(vcd->text_of);
    free(vcd->text);
    free(vcd->patterns);
    free(vcd->change);
    free(vcd);
}

enum sim_status vcd_create(const char *path, const char *const *patterns, size_t pattern_count, struct log *log,
                           struct vcd **result)
{
    struct vcd *vcd = calloc(1, sizeof *vcd);
    *result = NULL;
    if (!vcd)
        return SIM_NO_MEMORY;
    vcd->log = log;
    vcd->sink = (struct trace_sink){
        .ctx = vcd, .declare = vcd_declare, .change = vcd_change_value, .change_text = vcd_change_text};
    vcd->patterns = calloc(pattern_count + 1, sizeof *vcd->patterns);
    for (; vcd->patterns && vcd->pattern_count < pattern_count; vcd->pattern_count++) {
        vcd->patterns[vcd->pattern_count] = strdup(patterns[vcd->pattern_count]);
        sim_assert(vcd->patterns[vcd->pattern_count] != NULL);
    }
    enum sim_status status = vcd->patterns ? out_file_open(path, log, &vcd->file) : SIM_NO_MEMORY;
    if (status != SIM_OK) {
        vcd_free(vcd);
        return status;
    }
    *result = vcd;
    return SIM_OK;
}

const struct trace_sink *vcd_sink(struct vcd *vcd)
{
    return &vcd->sink;
}

enum sim_status vcd_status(const struct vcd *vcd)
{
    return out_file_status(vcd->file);
}

size_t vcd_signal_count(const struct vcd *vcd)
{
    return vcd->signal_count;
}

struct vcd_signal_info vcd_signal_at(const struct vcd *vcd, size_t n)
{
    const struct vcd_signal *signal = &vcd->signal[n];
    return (struct vcd_signal_info){.scope = signal->scope,
                                    .name = signal->name,
                                    .kind = signal->kind,
                                    .width = signal->width,
                                    .moved = signal->moved};
}

uint64_t vcd_change_count(const struct vcd *vcd)
{
    return vcd->changes_written;
}

enum sim_status vcd_finish(struct vcd *vcd, sim_time end)
{
    if (!vcd)
        return SIM_OK;
    vcd_advance(vcd, end);
    write_until(vcd, end + 1);
    if (end > vcd->written)
        out_file_format(vcd->file, "#%" PRIu64 "\n", end); /* so that viewers show the whole run */
    enum sim_status status = out_file_finish(vcd->file);
    vcd_free(vcd);
    return status;
}

void vcd_abandon(struct vcd *vcd)
{
    if (!vcd)
        return;
    out_file_abandon(vcd->file);
    vcd_free(vcd);
}
