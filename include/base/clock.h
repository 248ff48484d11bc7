/*
 * A clock that never goes back and does not stop while the machine sleeps, so that cached
 * records grow older meanwhile.
 */
#pragma once

#include <stdint.h>

/* Milliseconds since a past moment that is the same for all processes of the host. */
int64_t clock_ms(void);
/* Microseconds since the same moment. */
int64_t clock_us(void);

/* Milliseconds since 1970, for people to read: somebody may set that clock. */
int64_t clock_unix_ms(void);
/* Nanoseconds since then. */
int64_t clock_unix_ns(void);
