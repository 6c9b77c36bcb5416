/* SPDX-License-Identifier: Apache-2.0 */
/* The "C" locale. */
#ifndef VESPER_GUEST_CTYPE_H
#define VESPER_GUEST_CTYPE_H

int isdigit(int c);
int isxdigit(int c);
int isupper(int c);
int islower(int c);
int isalpha(int c);
int isalnum(int c);
int isspace(int c);
int isprint(int c);
int iscntrl(int c);
int ispunct(int c);
int toupper(int c);
int tolower(int c);

#endif
