/*
 * Whether systemd-resolved runs, and whether it can be asked over DNS. That matters because
 * nss-resolve, through which libc asks it, hides failures, denials, types, chains and TTLs.
 */
#pragma once

#include <stdbool.h>

#include "net/addr.h"

enum resolved_state {
    RESOLVED_ABSENT, /* it does not run */
    RESOLVED_HIDDEN, /* it runs, but its stub is off (DNSStubListener=no) */
    RESOLVED_LOOPS,  /* its stub asks us for everything, so it is of no use to us */
    RESOLVED_STUB,   /* its stub listens */
};

/* Looks at the host; never returns RESOLVED_LOOPS, which cannot be seen here. `stub_is_us`:
 * this server itself listens at the stub's address. */
enum resolved_state resolved_look(bool stub_is_us);

/* The address of the stub: 127.0.0.53, port 53. */
struct addr resolved_stub(void);
