/* What all views of an inquiry share: where they show it, and words for what went wrong. */
#pragma once

#include "client/inquiry.h"
#include "client/style.h"
#include "net/addr.h"

#include <stdio.h>

/* Room for an address, " port ", the port and the NUL. */
enum { SHOW_SERVER = ADDR_IP_TEXT + 12 };

/* How and to which streams everything is shown; all that is pointed to is borrowed. */
struct show {
    const struct style *style;
    const struct addr *server;
    char *const *command; /* the command line; NULL: there is none */
    FILE *out, *err;
    bool has_begun; /* something has been shown before */
};

/* "127.0.0.1 port 5353"; returns `text`. */
const char *show_server(const struct addr *, char text[static SHOW_SERVER]);

/* Length of a printed name without its final dot; the root is nothing but its dot. */
int show_bare(const char *name);

/* "SERVFAIL (server failure)" */
void show_rcode(unsigned rcode, FILE *);

/* A line on `err` that says why a name, which may have any octets, is not asked about. */
void show_bad_name(const char *name, const char *reason, FILE *err);

/* What the system says went wrong; a connection that ended early is ENODATA. */
const char *show_system_error(int error);
