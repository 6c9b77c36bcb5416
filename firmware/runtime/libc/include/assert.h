/* SPDX-License-Identifier: Apache-2.0 */
/* No include guard: NDEBUG counts anew at each inclusion, as the C standard has it. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
void assertion_failed(const char *condition, const char *file, int line) __attribute__((noreturn));
#define assert(condition) ((condition) ? (void)0 : assertion_failed(#condition, __FILE__, __LINE__))
#endif
#define static_assert _Static_assert
