/*
 * Facilities of the host that the server can answer questions without. If one is refused
 * or used up, this is logged once and shown by the status, and the server goes on without
 * it. A reload tries all again.
 */
#pragma once

#include "daemon/report.h"

#define FACILITIES(ROW)                                                                    \
    ROW(INOTIFY, "inotify")   /* tells of edits at once (daemon/pathwatch) */              \
    ROW(NETLINK, "netlink")   /* tells of addresses and routes (daemon/netwatch) */        \
    ROW(CONTROL, "control")   /* the socket for hostdnsctl */                              \
    ROW(COUNTERS, "counters") /* a page that outlives a reload */                          \
    ROW(NOTIFY, "notify")     /* messages to a service manager */                          \
    ROW(SOCKETS, "sockets")   /* what others have bound (daemon/hijackwatch) */            \
    ROW(FILTER, "filter")     /* of system calls (daemon/sandbox) */                       \
    ROW(WEB, "web")           /* figures over HTTP (web/web) */                            \
    ROW(DNSTAP, "dnstap")     /* a reader or file for messages (dnstap/tap_writer) */      \
    ROW(LOG, "log")           /* a reader of its lines (base/log) */

#define FACILITIES_ENUM(name, text) FACILITY_##name,
enum facility { FACILITIES(FACILITIES_ENUM) FACILITIES_NUMBER };
#undef FACILITIES_ENUM

/* Notes that the facility is missing. The text says what that means, and is logged if
 * the facility was there until now. */
void facility_lost(enum facility, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Notes that the facility is there. */
void facility_found(enum facility);

/* Adds those that are missing to the report. */
void facilities_report(struct report *);
