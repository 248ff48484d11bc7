/*
 * The `hosts:` line of nsswitch.conf, read as libc does (nss/nss_action_parse.c of glibc
 * 2.33 and later): words with actions, and no comments behind them.
 */
#ifndef LOOKUP_HOSTS_LINE_H
#define LOOKUP_HOSTS_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* What a source says of a name, and what libc then does. */
enum hosts_status { HOSTS_SUCCESS, HOSTS_NOTFOUND, HOSTS_UNAVAIL, HOSTS_TRYAGAIN };
enum hosts_action { HOSTS_CONTINUE, HOSTS_RETURN, HOSTS_MERGE };

enum { HOSTS_STATUSES = HOSTS_TRYAGAIN + 1 };

struct hosts_source {
    const char *name; /* in the line; `name_len` octets */
    size_t name_len;
    size_t len; /* of the name and its actions */
    enum hosts_action on[HOSTS_STATUSES];
};

enum hosts_next {
    HOSTS_SOURCE, /* here is one */
    HOSTS_END,    /* there are no more */
    HOSTS_WRONG,  /* libc does not take the line, and fails each lookup */
};

/*
 * The line that counts in a file's text, from behind the colon to the newline: the last
 * one. NULL if there is none.
 */
const char *hosts_line_find(const char *text, size_t *len);

/* The next source of a line that ends in NUL; moves `at` behind it. */
enum hosts_next hosts_line_next(const char **at, struct hosts_source *);

bool hosts_source_is(const struct hosts_source *, const char *name);

/* True if libc looks no further, whatever the source says but that it is not there. */
bool hosts_source_ends(const struct hosts_source *);

#endif
