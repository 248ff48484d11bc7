/* The search list of resolv.conf (RFC 1535), whose domains +search tries with a name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    SEARCH_DOMAINS = 32,
    SEARCH_DOMAIN = 256
}; /* libc has no limit; ours is far above what people use */

/* If zeroed, the search is off: every name is tried only as it is. */
struct search {
    bool is_on;
    unsigned ndots; /* a name with fewer dots is tried with the domains first */
    char domains[SEARCH_DOMAINS][SEARCH_DOMAIN];
    size_t count;
};

/* What stands behind the keyword in a line of resolv.conf, or NULL if it is another line.
 * To libc a keyword stands at the very beginning, with a blank or a tab behind it. */
const char *search_behind(const char *line, const char *keyword);

/* Reads the list and ndots from a file in the form of resolv.conf, as libc does: the last
 * list counts, and without the file there is none. */
void search_read(struct search *, const char *path);

/* Takes what the environment says instead, as libc does: LOCALDOMAIN has the list,
 * RES_OPTIONS ndots. NULL: it is not set. */
void search_heed(struct search *, const char *localdomain, const char *res_options);

/* Makes this domain the whole list. False if it is too long. */
bool search_only(struct search *, const char *domain);

/* True if the name has enough dots to be tried as it is first. */
bool search_has_dots(const struct search *, const char *name);

/* The name as it is tried for the `attempt`th time, from 0 on; to free. NULL with errno
 * ENOENT if there is nothing more to try. */
char *search_name(const struct search *, const char *name, size_t attempt);
