/* What the web process is told when it starts. */
#pragma once

#include "net/listen.h"
#include "web/http_hosts.h"

struct web_config {
    int socket; /* listening; -1: there is no web process */
    struct http_hosts hosts;
    bool privacy;         /* no client's address is shown */
    int64_t started;      /* clock_ms() at the start of the server */
    unsigned lookup_slot; /* where the lookup process counts (base/counters) */
    /* Called once all is open: restricts the process (daemon/sandbox). */
    void (*confine)(void);
};
