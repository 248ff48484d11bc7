/*
 * The client's only poll(): waits for a descriptor, for a moment, or for Ctrl+C.
 */
#ifndef CLIENT_WAIT_H
#define CLIENT_WAIT_H

#include <stdint.h>

enum wait_result { WAIT_READY, WAIT_TIMEOUT, WAIT_INTERRUPTED };

enum { WAIT_FOREVER = -1 };

/*
 * From now on Ctrl+C (SIGINT) no longer ends the program: it is held back and ends a wait.
 * It stays noticed, so that every later wait ends at once, too.
 */
void wait_catch_interrupt(void);

/* Until `fd` can be read; `deadline` is a value of clock_ms(), or WAIT_FOREVER. A deadline
 * in the past still looks once whether there is something to read. */
enum wait_result wait_readable(int fd, int64_t deadline);
/* Waits in the same way until `fd` can be written to. */
enum wait_result wait_writable(int fd, int64_t deadline);

#endif
