/* Time that only moves forward. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment in the past; the same in every process of the host. */
int64_t clock_ms(void);

#endif
