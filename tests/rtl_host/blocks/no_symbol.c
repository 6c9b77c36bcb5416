/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object that is no block of RTL. */
int something_else(void);
int something_else(void)
{
    return 1;
}
