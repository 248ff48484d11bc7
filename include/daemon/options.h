/*
 * The server's options: one table gives key, parser, default, range and help. The same keys
 * stand in the configuration file and behind -o; -l is short for `listen`.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "dns/edns.h"
#include "net/listen.h"
#include "net/prefix.h"
#include "serve/policy.h"

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
    unsigned tcp_idle; /* seconds */
    unsigned workers;  /* processes */

    bool verbose;
    bool check_only;
};

enum options_result {
    OPTIONS_RUN,
    OPTIONS_DONE,   /* help or version was asked for and printed */
    OPTIONS_FAILED, /* every error has been printed to stderr */
};

/* Reads the command line and the file it names. */
enum options_result options_read(struct options *, int argc, char **argv);

/* The table as help lines, and as a sample configuration file with everything at its
 * default. */
void options_print_help(FILE *);
void options_print_sample(FILE *);

#endif
