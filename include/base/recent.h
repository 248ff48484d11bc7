/*
 * The ring of recent questions, for people to look at: each with its reply, octet by octet,
 * and with the way of its answer. All serve processes write into one ring, in memory that
 * the web process reads, so no process has to be asked, and none waits.
 *
 * Few questions are written, because nobody can read more: RECENT_BURST at once, and one
 * more each RECENT_INTERVAL_MS, in each process. For all others the price is one
 * comparison.
 *
 * A reader trusts no writer. A record that is being written, was written by two processes
 * at the same time, or was left half written by one that died, has another hash than its
 * octets and is not read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECENT_RECORDS = 256, /* the oldest gives way to the next one */
    RECENT_BURST = 100,
    RECENT_INTERVAL_MS = 50,
    RECENT_NO_EDE = 0xffff,
};

/* Octets that are kept; what is longer is cut. */
enum {
    RECENT_QUESTION = 512,
    RECENT_REPLY = 1232,
    RECENT_WAY = 512,
    RECENT_REASON = 128, /* with its NUL */
};

struct recent_record {
    uint64_t number;    /* counted from 1, also over a reload; recent_write sets it */
    int64_t at;         /* when it was answered, in milliseconds since 1970 */
    uint8_t client_len; /* octets of `client`: 4 or 16; 0: hidden */
    uint8_t client[16]; /* its IP address */
    uint8_t over_tcp;   /* 1, or 0 */
    uint16_t rcode;
    uint16_t ede;                     /* RFC 8914, or RECENT_NO_EDE */
    uint16_t question_len, reply_len; /* octets that are kept */
    uint16_t way_len;
    uint32_t question_size, reply_size; /* octets that there were */
    char reason[RECENT_REASON];         /* of the extended error; any octets */
    uint8_t question[RECENT_QUESTION], reply[RECENT_REPLY];
    uint8_t way[RECENT_WAY]; /* dns/way */
};

/* When the next question may be written, clock_ms(); INT64_MAX in a process that writes
 * none. */
extern int64_t recent_next_at;

/* True if a question that came at `now` (clock_ms()) is to be written. */
static inline bool recent_is_due(int64_t now)
{
    return now >= recent_next_at;
}

/*
 * Makes the ring, or maps the one behind `fd`, a descriptor from an earlier recent_open or
 * -1. A ring of another layout is replaced. So is one with clients if they are to be hidden
 * from now on, since it has those of before, and retiring processes add more. Returns the
 * ring's descriptor, or -1 with errno; then there is no ring, and nothing is written or
 * read.
 */
int recent_open(int fd, bool hides_clients);

/* From now on this process writes, if there is a ring. */
void recent_begin(void);
/* From now on this process can only read, whatever it is made to do: `reader` is a
 * descriptor of the ring that is open for reading (counters_reader), and is closed. Without
 * one (-1) it could undo that. */
void recent_only_read(int reader);
/* From now on this process knows nothing of the ring. */
void recent_close(void);

/* Counts a question that will be written as one of those of `now`. */
void recent_take(int64_t now);
/* Writes a copy; returns its number, or 0 if there is no ring. */
uint64_t recent_write(const struct recent_record *);

/* The number of the newest record, as the ring has it; 0: none. A hostile writer can set it
 * to anything. */
uint64_t recent_newest(void);
/* Copies the record with the number. False if it has been overwritten, is not whole, or has
 * a field that recent_write does not write; the copy may have been changed all the same. */
bool recent_read(uint64_t number, struct recent_record *);
