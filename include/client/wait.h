/*
 * The client's only poll(): it waits for a descriptor, a deadline, Ctrl+C, or a signal of
 * job control.
 */
#pragma once

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

enum wait_result { WAIT_READY, WAIT_TIMEOUT, WAIT_INTERRUPTED };

enum { WAIT_FOREVER = -1 };

/* From now on Ctrl+C (SIGINT) ends the present wait and all later ones, not the program. */
void wait_catch_interrupt(void);

/* Waits until `fd` can be read; `deadline` is a value of clock_ms(), or WAIT_FOREVER.
 * With a deadline in the past it still looks once whether there is something to read. */
enum wait_result wait_readable(int fd, int64_t deadline);
/* Waits in the same way until `fd` can be written to. */
enum wait_result wait_writable(int fd, int64_t deadline);

/* Waits in the same way for any of several, as poll() does: `revents` says for which. */
enum wait_result wait_any(struct pollfd *, size_t count, int64_t deadline);

/*
 * Until wait_release(), these signals only end wait_key(), since a changed terminal mode
 * must be restored before the program stops or dies. If no descriptor is free, they are not
 * held.
 */
void wait_hold(const sigset_t *signals);
/* A held signal that wait_key() has not returned takes effect now. */
void wait_release(void);
/* Waits without a deadline until `fd` can be read. Sets *signal to a held signal that
 * came first, which does not take effect any more, or to 0. */
enum wait_result wait_key(int fd, int *signal);
