/*
 * Whether systemd-resolved runs, and whether it can be asked over DNS: what nss-resolve
 * makes of it for libc tells neither failures nor denials, types, chains or TTLs.
 */
#ifndef LOOKUP_RESOLVED_H
#define LOOKUP_RESOLVED_H

#include <stdbool.h>

#include "net/addr.h"

enum resolved_state {
    RESOLVED_ABSENT, /* it does not run */
    RESOLVED_HIDDEN, /* it runs, but its stub is off (DNSStubListener=no) */
    RESOLVED_LOOPS,  /* its stub asks us for everything, so it is no use to us */
    RESOLVED_STUB,   /* its stub listens */
};

/* Looks at the host. `stub_is_us`: what listens at the stub's address is this server.
 * Whether the stub loops is not to be seen from here. */
enum resolved_state resolved_look(bool stub_is_us);

/* The address of the stub: 127.0.0.53, port 53. */
struct addr resolved_stub(void);

#endif
