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
 * True if the line is `files dns` and no more: none but libc's own two modules, in this
 * order, without actions. Who has seen that `files` does not know a name knows then that
 * the name servers alone decide.
 */
bool sources_are_plain(void);
bool sources_are_plain_in(const char *text);

/*
 * True if, besides, the hosts file is short: a probe is then over within microseconds
 * and waits for nobody, so no thread is needed to make it.
 */
bool sources_are_quick(void);

/*
 * Keeps libc from asking nscd, if it runs, instead of the sources: its cache knows neither
 * our door nor the difference between "no such name", "no data" and a failure. To be called
 * before each lookup; it costs one system call where there is no nscd.
 */
void sources_avoid_nscd(void);

#endif
