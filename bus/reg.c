/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/reg.h"

#include <stddef.h>

uint32_t reg_reset_value(const struct reg_desc *reg)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < reg->field_count; i++)
        value = bits_set(value, reg->fields[i].lsb, reg->fields[i].width, reg->fields[i].reset);
    return value;
}

uint32_t reg_access_mask(const struct reg_desc *reg, enum reg_access access)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < reg->field_count; i++)
        if (reg->fields[i].access == access)
            mask |= bits_mask(reg->fields[i].width) << reg->fields[i].lsb;
    return mask;
}

static const char *name_at(const char *const *names, size_t count, size_t index)
{
    return index < count ? names[index] : "?";
}

#define NAME_AT(names, index) name_at(names, sizeof(names) / sizeof(names)[0], (size_t)(index))

const char *reg_access_name(enum reg_access access)
{
    static const char *const names[] = {"RW", "RO", "WO", "W1C", "W1S", "RC", "WT"};
    return NAME_AT(names, access);
}

const char *reg_domain_name(enum reg_domain domain)
{
    static const char *const names[] = {"CORE", "RTC"};
    return NAME_AT(names, domain);
}

const char *reg_model_name(enum reg_model model)
{
    static const char *const names[] = {"MODELLED", "STORED"};
    return NAME_AT(names, model);
}

const char *reg_source_name(enum reg_source source)
{
    static const char *const names[] = {"TRM", "IDF", "SVD", "OPEN_MAC", "TRACE", "GUESS"};
    return NAME_AT(names, source);
}
