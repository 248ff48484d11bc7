/*
 * The way of an answer (dns/way) in words, for the client and for the web page. A way may
 * come from anybody: whatever its octets are, the words are printable ASCII.
 */
#pragma once

#include "dns/way.h"

enum { WAY_TEXT_SOURCE = 256, WAY_TEXT_SERVER = 64 };

/* Writes the source of the answer: "hosts file", "DNS server 192.0.2.1 over UDP", "the
 * server itself". Returns `text`. */
const char *way_text_source(const struct way *, char text[static WAY_TEXT_SOURCE]);

/* "192.0.2.1", or "192.0.2.1 port 54" if the port is not 53; returns `text`. */
const char *way_text_server(const struct way_endpoint *, char text[static WAY_TEXT_SERVER]);

/* A step in words. */
struct way_words {
    char text[WAY_TEXT_SOURCE + 8]; /* "libc without DNS: files dns" */
    const char *outcome;            /* "DNS is next"; may be "" */
};

/* False if there is nothing to say: the step is of a kind that is not known here, or its
 * data is not of that form. The way is the one that has the step. */
bool way_text_step(struct way_words *, const struct way *, const struct way_step *);
