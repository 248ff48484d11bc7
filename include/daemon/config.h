/*
 * The configuration of all processes, and the table of its options: a row has the key,
 * the values that are allowed, the field that they set, the default and the help. The
 * same keys stand in the configuration file (daemon/config_file) and behind -o
 * (daemon/command_line); `make conf/hostdns.conf` writes the sample file from what -h
 * prints.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "daemon/control_socket.h"
#include "daemon/privileges.h"
#include "dnstap/config.h"
#include "lookup/lookup.h"
#include "net/endpoint.h"
#include "net/listen.h"
#include "serve/serve.h"
#include "web/config.h"

enum { DEFAULT_PORT = 5353, DEFAULT_WEB_PORT = 8053 };

/* It points into itself, so it cannot be copied. Descriptors and addresses are not
 * options: each process fills in its own. */
struct config {
    struct local_data local;
    struct serve_config serve;
    struct lookup_config lookup;
    struct endpoint listen[ADDRESSES_MAX];
    size_t listen_count;
    unsigned workers; /* serve processes */
    struct web_config web;
    struct endpoint web_address;
    bool has_web; /* it has a value */
    char user[USER_NAME_MAX + 1];
    char control[CONTROL_PATH_MAX + 1];
    struct tap_config tap;

    bool verbose;
    bool check_only;
};

/* Says in a message where a value was given. All fields are 0 if it was given nowhere. */
struct config_place {
    const char *file; /* NULL: the command line */
    int line;
    const char *flag; /* "-l" or "-o", where there is no file */
};

/*
 * Set the defaults, then each value that is given; config_complete then sets the defaults
 * of lists to which nothing was added, and checks values against each other. Each is
 * false after it has printed the error.
 */
void config_set_defaults(struct config *);
bool config_set(struct config *, const struct config_place *, const char *key,
                const char *value);
bool config_complete(struct config *);

/* Frees what it holds. */
void config_free(struct config *);

/* Prints an error to stderr, with "?" for what is not printable ASCII; false, for the
 * caller to return. */
__attribute__((format(printf, 2, 3))) bool config_complain(const struct config_place *,
                                                           const char *format, ...);

/* Prints the table as help lines, by group. */
void config_print_keys(FILE *);
