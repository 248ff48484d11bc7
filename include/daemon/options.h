/*
 * The server's options: one table gives key, parser, default, range and help. The same keys
 * stand in the configuration file (daemon/config_file) and behind -o (daemon/command_line).
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "daemon/control.h"
#include "daemon/privileges.h"
#include "dns/edns.h"
#include "net/listen.h"
#include "net/prefix.h"
#include "serve/names.h"
#include "serve/policy.h"
#include "serve/querylog.h"

enum { DEFAULT_PORT = 5353, ALLOW_MAX = 64 };

struct options {
    struct addr listen[ADDRESSES_MAX];
    size_t listen_count;
    struct prefix allow[ALLOW_MAX];
    size_t allow_count;
    unsigned max_lookups;
    unsigned ttl, negative_ttl; /* seconds */
    unsigned udp_size;          /* octets */
    bool filter_aaaa, onion, canary, cookies, padding;
    char nsid[EDNS_NSID_MAX + 1], identity[POLICY_IDENTITY_MAX + 1];
    unsigned cache_size;              /* octets */
    unsigned min_ttl, max_ttl, stale; /* seconds */
    unsigned tcp_clients, tcp_per_client;
    unsigned tcp_idle;   /* seconds */
    unsigned per_client; /* questions */
    unsigned timeout;    /* milliseconds */
    unsigned workers;    /* processes */
    enum querylog_form log_queries;
    char user[USER_NAME_MAX + 1];
    char names[NAMES_TEXT]; /* for names_new */
    char control[CONTROL_PATH_MAX + 1];

    bool verbose;
    bool check_only;
};

/* Where a value stands, for messages about it: nowhere, if all is 0. */
struct options_place {
    const char *file; /* NULL: the command line */
    int line;
    const char *flag; /* "-l" or "-o", where there is no file */
};

/*
 * First the defaults, then what somebody sets, then options_complete: it gives lists to
 * which nothing was added their defaults, and checks what only all values together can
 * tell. False if there was an error; it has been printed.
 */
void options_set_defaults(struct options *);
bool options_set(struct options *, const struct options_place *, const char *key,
                 const char *value);
bool options_complete(struct options *);

/* Prints an error to stderr; false, for the caller to return. */
__attribute__((format(printf, 2, 3))) bool options_complain(const struct options_place *,
                                                            const char *format, ...);

/* The table as help lines, and as a sample configuration file with everything at its
 * default. */
void options_print_keys(FILE *);
void options_print_sample(FILE *);

#endif
