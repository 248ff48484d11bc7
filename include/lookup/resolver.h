/*
 * The calling thread's resolver state in libc (`_res`), made anew before each lookup: the
 * only way to have absolute names, limits of our own, and a changed resolv.conf seen.
 */
#ifndef LOOKUP_RESOLVER_H
#define LOOKUP_RESOLVER_H

enum resolver_servers {
    RESOLVER_NO_SERVERS,   /* libc's DNS fails at once, without a packet */
    RESOLVER_HOST_SERVERS, /* those of resolv.conf */
};

/* Removes what the environment could change about lookups; once, before any thread. */
void resolver_clean_environment(void);

/* 0, or -1 when libc cannot set up its state. */
int resolver_prepare(enum resolver_servers);

#endif
