/*
 * Whether systemd-resolved runs, and whether it can be asked over DNS: what nss-resolve
 * makes of it for libc tells neither failures nor denials, types, chains or TTLs.
 */
#ifndef LOOKUP_RESOLVED_H
#define LOOKUP_RESOLVED_H

#include "net/addr.h"

enum resolved_state {
    RESOLVED_ABSENT, /* it does not run */
    RESOLVED_HIDDEN, /* it runs, but its stub is off (DNSStubListener=no) */
    RESOLVED_STUB,   /* its stub listens */
};

/* Looks at the host. */
enum resolved_state resolved_look(void);

/* The address of the stub: 127.0.0.53, port 53. */
struct addr resolved_stub(void);

#endif
