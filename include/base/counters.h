/*
 * What every process counts, in one page of shared memory with a slot for each: nobody has
 * to be asked for it. A process writes its own slot only, so nothing is locked; a reader
 * adds up the slots. Processes of one generation and of the next one have different slots,
 * for the time of a reload.
 */
#ifndef BASE_COUNTERS_H
#define BASE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

/* One row for each: name in capitals, name, whether it is a gauge (what there is now, not
 * what there has been), and help. */
#define COUNTERS(ROW)                                                                      \
    ROW(QUESTIONS_UDP, "questions-udp", 0, "Questions over UDP that were answered.")       \
    ROW(QUESTIONS_TCP, "questions-tcp", 0, "Questions over TCP that were answered.")       \
    ROW(TYPE_OTHER, "type-other", 0, "Of these, for a type without a counter.")            \
    ROW(TYPE_A, "type-a", 0, "Of these, for A.")                                           \
    ROW(TYPE_NS, "type-ns", 0, "Of these, for NS.")                                        \
    ROW(TYPE_CNAME, "type-cname", 0, "Of these, for CNAME.")                               \
    ROW(TYPE_SOA, "type-soa", 0, "Of these, for SOA.")                                     \
    ROW(TYPE_PTR, "type-ptr", 0, "Of these, for PTR.")                                     \
    ROW(TYPE_MX, "type-mx", 0, "Of these, for MX.")                                        \
    ROW(TYPE_TXT, "type-txt", 0, "Of these, for TXT.")                                     \
    ROW(TYPE_AAAA, "type-aaaa", 0, "Of these, for AAAA.")                                  \
    ROW(TYPE_SRV, "type-srv", 0, "Of these, for SRV.")                                     \
    ROW(TYPE_HTTPS, "type-https", 0, "Of these, for HTTPS.")                               \
    ROW(TYPE_ANY, "type-any", 0, "Of these, for ANY.")                                     \
    ROW(ANSWER_RECORDS, "answer-records", 0, "Answered NOERROR with records.")             \
    ROW(ANSWER_NODATA, "answer-nodata", 0, "Answered NOERROR without records.")            \
    ROW(ANSWER_NXDOMAIN, "answer-nxdomain", 0, "Answered NXDOMAIN.")                       \
    ROW(ANSWER_SERVFAIL, "answer-servfail", 0, "Answered SERVFAIL.")                       \
    ROW(ANSWER_REFUSED, "answer-refused", 0, "Answered REFUSED.")                          \
    ROW(ANSWER_FORMERR, "answer-formerr", 0, "Answered FORMERR.")                          \
    ROW(ANSWER_OTHER, "answer-other", 0, "Answered with another response code.")           \
    ROW(DROPPED_MALFORMED, "dropped-malformed", 0, "Packets that are no question.")        \
    ROW(DROPPED_RATE, "dropped-rate", 0, "Errors not sent since there were too many.")     \
    ROW(CACHE_HITS, "cache-hits", 0, "Answered from the cache.")                           \
    ROW(CACHE_MISSES, "cache-misses", 0, "Waited for a lookup.")                           \
    ROW(CACHE_FAILURES, "cache-failures", 0, "Answered by repeating a failure.")           \
    ROW(CACHE_STALE, "cache-stale", 0, "Answered with what had ended (RFC 8767).")         \
    ROW(CACHE_PREFETCHES, "cache-prefetches", 0, "Looked up again before the end.")        \
    ROW(CACHE_EVICTIONS, "cache-evictions", 0, "Answers that had to leave for others.")    \
    ROW(CACHE_ENTRIES, "cache-entries", 1, "Answers that are kept.")                       \
    ROW(WAITING, "waiting", 1, "Questions that wait for a lookup.")                        \
    ROW(LOOKUPS, "lookups", 0, "Lookups that were begun.")                                 \
    ROW(LOOKUPS_IN_FLIGHT, "lookups-in-flight", 1, "Lookups under way.")                   \
    ROW(AT_NAME_SERVERS, "at-name-servers", 1, "Questions to name servers under way.")     \
    ROW(DNS_RECORDS, "dns-records", 0, "Lookups that found records in DNS.")               \
    ROW(DNS_NODATA, "dns-nodata", 0, "Lookups that found a name without them.")            \
    ROW(DNS_NXDOMAIN, "dns-nxdomain", 0, "Lookups that found no name.")                    \
    ROW(DNS_FAILED, "dns-failed", 0, "Lookups that failed.")                               \
    ROW(HOST_RECORDS, "host-records", 0, "Lookups that another source than DNS knew.")     \
    ROW(HOST_NODATA, "host-nodata", 0, "Likewise, a name without such records.")           \
    ROW(HOST_NXDOMAIN, "host-nxdomain", 0, "Likewise, no such name.")                      \
    ROW(LOOKUP_MS_1, "lookup-ms-1", 0, "Lookups of less than 1 ms.")                       \
    ROW(LOOKUP_MS_2, "lookup-ms-2", 0, "Lookups of 1 ms.")                                 \
    ROW(LOOKUP_MS_4, "lookup-ms-4", 0, "Lookups of less than 4 ms.")                       \
    ROW(LOOKUP_MS_8, "lookup-ms-8", 0, "Lookups of less than 8 ms.")                       \
    ROW(LOOKUP_MS_16, "lookup-ms-16", 0, "Lookups of less than 16 ms.")                    \
    ROW(LOOKUP_MS_32, "lookup-ms-32", 0, "Lookups of less than 32 ms.")                    \
    ROW(LOOKUP_MS_64, "lookup-ms-64", 0, "Lookups of less than 64 ms.")                    \
    ROW(LOOKUP_MS_128, "lookup-ms-128", 0, "Lookups of less than 128 ms.")                 \
    ROW(LOOKUP_MS_256, "lookup-ms-256", 0, "Lookups of less than 256 ms.")                 \
    ROW(LOOKUP_MS_512, "lookup-ms-512", 0, "Lookups of less than 512 ms.")                 \
    ROW(LOOKUP_MS_1024, "lookup-ms-1024", 0, "Lookups of less than 1024 ms.")              \
    ROW(LOOKUP_MS_2048, "lookup-ms-2048", 0, "Lookups of less than 2048 ms.")              \
    ROW(LOOKUP_MS_4096, "lookup-ms-4096", 0, "Lookups of less than 4096 ms.")              \
    ROW(LOOKUP_MS_MORE, "lookup-ms-more", 0, "Lookups that took longer.")                  \
    ROW(THREADS, "threads", 1, "Threads for NSS modules.")                                 \
    ROW(THREADS_BUSY, "threads-busy", 1, "Of these, inside a module.")                     \
    ROW(THREADS_HUNG, "threads-hung", 1, "Of these, for more than 5 s.")                   \
    ROW(TCP_ACCEPTED, "tcp-accepted", 0, "TCP connections that were taken.")               \
    ROW(TCP_REFUSED, "tcp-refused", 0, "TCP connections for which there was no room.")     \
    ROW(TCP_OPEN, "tcp-open", 1, "TCP connections there are.")                             \
    ROW(RESTARTS_SERVE, "restarts-serve", 0, "Serve processes that died.")                 \
    ROW(RESTARTS_LOOKUP, "restarts-lookup", 0, "Lookup processes that died.")              \
    ROW(RELOADS, "reloads", 0, "Reloads that were done.")                                  \
    ROW(HOST_CHANGES, "host-changes", 0, "Edits and changes of the host that were seen.")  \
    ROW(TAKEN_BACK, "taken-back", 0, "Addresses taken back from another user's socket.")

#define COUNTERS_ENUM(name, text, gauge, help) COUNT_##name,
enum counter { COUNTERS(COUNTERS_ENUM) COUNTERS_NUMBER };
#undef COUNTERS_ENUM

enum {
    COUNTERS_SLOTS = 64,
    COUNTERS_NOTE = 256, /* room for a process's note and its NUL */
};

struct counter_row {
    const char *name, *help;
    int is_gauge;
};

extern const struct counter_row counter_rows[COUNTERS_NUMBER];

/* Until counters_use has been called a process counts for itself alone. */
extern uint64_t *counters_own;

/* One more, or several. */
static inline void count_more(enum counter counter, uint64_t more)
{
    __atomic_store_n(&counters_own[counter], counters_own[counter] + more,
                     __ATOMIC_RELAXED);
}

static inline void count(enum counter counter)
{
    count_more(counter, 1);
}

static inline void count_set(enum counter counter, uint64_t value)
{
    __atomic_store_n(&counters_own[counter], value, __ATOMIC_RELAXED);
}

/*
 * Makes the page, or maps one that was handed over: `fd` from an earlier counters_open, or
 * -1. One of another layout, or of none, is replaced by a new one. The page's descriptor,
 * or -1 with errno.
 */
int counters_open(int fd);

/* From here on this process counts in this slot, on top of what its predecessor has
 * counted; gauges start at 0. */
void counters_use(unsigned slot);

/* The process of the slot is gone, and what its gauges said with it. */
void counters_reset_gauges(unsigned slot);

/* The sum over all slots. */
uint64_t counters_sum(enum counter);

/* A text for the reader, in this process's slot; cut if it is too long. */
void counters_note(const char *text);
/* The text of a slot, copied. */
void counters_read_note(unsigned slot, char text[static COUNTERS_NOTE]);

#endif
