/* What the `hosts:` line of nsswitch.conf says about the order of sources. */
#ifndef LOOKUP_SOURCES_H
#define LOOKUP_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

struct sources {
    /* Another source comes after `dns`, so that an answer found without DNS may not be the
     * one that counts. Also true where the file does not say. */
    bool follow_dns;
    /* The line is `files dns` and no more: none but libc's own two modules, in this order,
     * without actions. `files` knows the same names whether libc asks it for one family or
     * for both. */
    bool plain;
    /* `dns` is the last source, and no action on the way is another than NOTFOUND=return.
     * If the sources before it do not know a name and libc says EAI_AGAIN, it has come to
     * DNS, and the name servers alone decide. */
    bool end_in_dns;
};

/* Re-reads a changed file. */
struct sources sources_look(void);
bool sources_follow_dns(void);

/* The same of one text, the contents of a file. */
bool sources_follow_dns_in(const char *text);
bool sources_are_plain_in(const char *text);
bool sources_end_in_dns_in(const char *text);

/*
 * True if the sources are plain and the hosts file is short: a probe is then over within
 * microseconds and waits for nobody, so that no thread is needed to make it. Looks once in
 * a millisecond (`now` is clock_ms()): who makes the probe is no matter of truth.
 */
bool sources_are_quick(int64_t now);

/*
 * Keeps libc from asking nscd, if it runs, instead of the sources: its cache knows neither
 * our door nor the difference between "no such name", "no data" and a failure. To be called
 * before each lookup; it costs one system call where there is no nscd.
 */
void sources_avoid_nscd(void);

#endif
