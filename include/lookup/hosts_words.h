/*
 * Tells for certain that the hosts file does not mention a name or an address, without
 * reading the file.
 *
 * libc's `files` reads the whole file for each question, but it can only find what is a
 * word of the file, on any line, in any letter case. So a set of the hashes of all words is
 * kept, together with the stat() of the file that they come from. A question costs one
 * stat(). If the file has changed, the set tells nothing until a thread has read the file
 * again. libc has to decide about all that may be in the file.
 *
 * The times of a file are no finer than the kernel's tick, so a second edit within one tick
 * cannot be seen. Therefore a set counts only if the file had not changed for longer than
 * that when it was read.
 *
 * For any thread, unless something else is said.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup/work.h"

/* The largest file in octets, and the largest set in entries: others tell nothing. */
enum { HOSTS_WORDS_FILE_MOST = 128 << 20, HOSTS_WORDS_MOST = 4 << 20 };

enum hosts_words {
    HOSTS_WORDS_UNKNOWN, /* there is no set of the file as it is now */
    HOSTS_WORDS_ABSENT,  /* the file does not mention it, nor a name below */
    HOSTS_WORDS_ABOVE,   /* it does not mention it, but perhaps a name below */
    HOSTS_WORDS_PERHAPS,
};

/* For a name as text without a final dot; words of the file may have one. */
enum hosts_words hosts_words_name(const char *text);
/* For such a name, but only words with a final dot count. */
enum hosts_words hosts_words_dotted(const char *text);
/* For an address of 4 or 16 octets. As for libc, an IPv4-mapped address is the same as the
 * IPv4 address, and ::1 also means 127.0.0.1. */
enum hosts_words hosts_words_address(const uint8_t *octets, size_t len);

/* The number of the file that was read; 0: there is no set of the present one. */
uint64_t hosts_words_version(void);

/* Called in the loop's thread when the file has been read. */
typedef void hosts_words_done(void *context);

/* If the file has changed, and the last try is not too recent, reads it: in a thread, or at
 * once if it is short. True while a thread reads it. For the loop's thread. */
bool hosts_words_refresh(struct work *, hosts_words_done *, void *context);

/* Reads the file now, unless the set is as new. One thread at a time. */
void hosts_words_read(void);

/* The number of words in the file, and the octets of memory that the set takes. */
struct hosts_words_size {
    size_t words, octets;
};

struct hosts_words_size hosts_words_size(void);
