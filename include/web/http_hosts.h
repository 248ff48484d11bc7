/*
 * The names by which a browser may ask for a page (the header Host). If the name of another
 * site suddenly has the address of this server (DNS rebinding), a page of that site could
 * otherwise read what is shown here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    HTTP_HOSTS_MAX = 16,
    HTTP_HOST_MAX = 253, /* octets of a name */
};

/* Names that the operator allows; addresses and localhost are always good. */
struct http_hosts {
    char names[HTTP_HOSTS_MAX][HTTP_HOST_MAX + 1];
    size_t count;
};

/* Adds a name. False if it is none, or there are too many. */
bool http_hosts_add(struct http_hosts *, const char *name);

/* True if the value of a Host header, perhaps with a port, is an address, localhost or one
 * of the names. */
bool http_hosts_has(const struct http_hosts *, const char *host);
