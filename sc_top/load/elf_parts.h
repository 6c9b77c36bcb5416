/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of ELF files share; private to sc_top/load. */
#ifndef VESPER_SC_TOP_LOAD_ELF_PARTS_H
#define VESPER_SC_TOP_LOAD_ELF_PARTS_H

#include <libelf.h>

#include "sc_top/load/image_parts.h"

/* Opens reader->image->file once its header and the place of its section headers have been checked. On SIM_OK, *elf is
 * to be closed with elf_end. */
enum sim_status image_open_elf(const struct image_reader *reader, Elf **elf);

/* Fills in reader->image's symbols. */
enum sim_status image_read_elf_symbols(const struct image_reader *reader, Elf *elf);

#endif
