/*
 * The `hosts:` line of nsswitch.conf, read as libc does (nss/nss_action_parse.c of glibc
 * 2.33 and later): words with actions, and no comments behind them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a source says about a name, and what libc does then. */
enum hosts_status { HOSTS_SUCCESS, HOSTS_NOTFOUND, HOSTS_UNAVAIL, HOSTS_TRYAGAIN };
enum hosts_action { HOSTS_CONTINUE, HOSTS_RETURN, HOSTS_MERGE };

enum { HOSTS_STATUSES = HOSTS_TRYAGAIN + 1 };

struct hosts_source {
    const char *name; /* points into the line */
    size_t name_len;
    size_t len; /* with its actions */
    enum hosts_action on[HOSTS_STATUSES];
};

enum hosts_next {
    HOSTS_SOURCE, /* a source was read */
    HOSTS_END,    /* the line has no more */
    HOSTS_WRONG,  /* libc rejects the line, and each lookup fails */
};

/*
 * Makes of the octets of a whole file, behind which there is room for a NUL, a text with
 * the lines that libc reads there: none goes on behind a NUL, and a last one without a
 * newline is left out. False if libc rejects a line, of whatever database: then it uses no
 * line at all, and each lookup fails.
 */
bool hosts_line_prepare(char *text, size_t len);

/* The line that counts in such a text: the last one, from behind its colon to the
 * newline. NULL if there is none. */
const char *hosts_line_find(const char *text, size_t *len);

/* Reads the next source of a line that ends in NUL, and moves `at` behind it. */
enum hosts_next hosts_line_next(const char **at, struct hosts_source *);

bool hosts_source_is(const struct hosts_source *, const char *name);

/* True if libc asks no later source, unless this one is unavailable. */
bool hosts_source_ends(const struct hosts_source *);
