/* SPDX-License-Identifier: Apache-2.0 */
#include "verilog/host/rtl_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rtl_library {
    void *handle;
    const struct rtl_abi *abi;
};

static enum sim_status reject(struct log *log, const char *path, enum sim_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static enum sim_status reject(struct log *log, const char *path, enum sim_status status, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "%s", text);
    return status;
}

static enum sim_status check_file(const char *path, struct log *log)
{
    static const char elf[4] = {0x7F, 'E', 'L', 'F'};
    char magic[4] = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return reject(log, path, SIM_IO, "cannot be opened: %s", strerror(errno));
    size_t got = fread(magic, 1, sizeof magic, file);
    fclose(file);
    if (got == sizeof magic && memcmp(magic, elf, sizeof elf) == 0)
        return SIM_OK;
    return reject(log, path, SIM_BAD_FORMAT,
                  "is no shared object (ELF); expected the output of `vesper rtl build`. Verilog text is given with "
                  "rtl.sources");
}

static enum sim_status check_abi(const struct rtl_abi *abi, const char *path, struct log *log)
{
    if (!abi || abi->magic != RTL_ABI_MAGIC)
        return reject(log, path, SIM_BAD_FORMAT, "%s() gives no struct rtl_abi", RTL_ABI_SYMBOL);
    if (abi->version != RTL_ABI_VERSION || abi->size != sizeof *abi)
        return reject(log, path, SIM_UNSUPPORTED,
                      "was built for version %u of the interface (%u bytes), and this program has version %d (%zu "
                      "bytes); build it again with `vesper rtl build`",
                      (unsigned)abi->version, (unsigned)abi->size, RTL_ABI_VERSION, sizeof *abi);
    bool complete = abi->port && abi->top && abi->builder && abi->create && abi->destroy && abi->pins && abi->settle &&
                    abi->run && (!(abi->flags & RTL_CAN_SAVE) || (abi->save && abi->restore)) &&
                    (!(abi->flags & RTL_HAS_TRACE) || abi->trace) &&
                    (!(abi->flags & RTL_HAS_COVERAGE) || abi->write_coverage) && abi->bus <= RTL_BUS_AXI4LITE;
    for (uint32_t i = 0; complete && i < abi->port_count; i++)
        complete = abi->port[i].pin < RTL_PIN_COUNT && abi->port[i].width <= 64;
    return complete ? SIM_OK : reject(log, path, SIM_BAD_FORMAT, "its struct rtl_abi is not complete");
}

static enum sim_status load(struct rtl_library *library, const char *path, struct log *log)
{
    char place[4096]; /* without a slash dlopen would look elsewhere */
    snprintf(place, sizeof place, "%s%s", strchr(path, '/') ? "" : "./", path);
    /* It stays in memory after dlclose: Verilator's run-time keeps what it allocates once for ever. */
    library->handle = dlopen(place, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library->handle)
        return reject(log, path, SIM_BAD_FORMAT, "cannot be loaded: %s", dlerror());
    void *symbol = dlsym(library->handle, RTL_ABI_SYMBOL);
    if (!symbol)
        return reject(log, path, SIM_BAD_FORMAT,
                      "does not export %s(), so it is no block of RTL; expected the output of `vesper rtl build`",
                      RTL_ABI_SYMBOL);
    rtl_abi_fn get;
    memcpy(&get, &symbol, sizeof get); /* C knows no cast from object to function */
    library->abi = get();
    return check_abi(library->abi, path, log);
}

enum sim_status rtl_library_open(const char *path, struct log *log, struct rtl_library **result)
{
    *result = NULL;
    SIM_TRY(check_file(path, log));
    struct rtl_library *library = calloc(1, sizeof *library);
    if (!library)
        return SIM_NO_MEMORY;
    enum sim_status status = load(library, path, log);
    if (status != SIM_OK) {
        rtl_library_close(library);
        return status;
    }
    *result = library;
    return SIM_OK;
}

void rtl_library_close(struct rtl_library *library)
{
    if (!library)
        return;
    if (library->handle)
        dlclose(library->handle);
    free(library);
}

const struct rtl_abi *rtl_library_abi(const struct rtl_library *library)
{
    return library->abi;
}
