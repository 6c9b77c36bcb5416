/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as in newlib. No function of this libc sets errno but strtol and strtoul. */
#ifndef VESPER_GUEST_ERRNO_H
#define VESPER_GUEST_ERRNO_H

extern int errno; /* one for both cores */

#define EINTR 4
#define EIO 5
#define EAGAIN 11
#define ENOMEM 12
#define EINVAL 22
#define EDOM 33
#define ERANGE 34

#endif
