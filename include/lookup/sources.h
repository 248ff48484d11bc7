/* What the `hosts:` line of nsswitch.conf says about the order of sources. */
#ifndef LOOKUP_SOURCES_H
#define LOOKUP_SOURCES_H

#include <stdbool.h>

/*
 * True if another source comes after `dns`, so that an answer found without DNS may not be
 * the one that counts. Also true where the file does not say. Re-reads a changed file.
 */
bool sources_follow_dns(void);

/* The same of one text, the contents of a file. */
bool sources_follow_dns_in(const char *text);

/*
 * Keeps libc from asking nscd, if it runs, instead of the sources: its cache knows neither
 * our door nor the difference between "no such name", "no data" and a failure. To be called
 * before each lookup; it costs one system call where there is no nscd.
 */
void sources_avoid_nscd(void);

#endif
