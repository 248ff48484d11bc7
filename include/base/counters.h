/*
 * The counters of all processes, in one page of shared memory, so that no process has to be
 * asked. Each process writes only its own slot and a few shared words, so nothing is
 * locked; a reader adds up the slots. During a reload, the old processes and the new ones
 * have different slots.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/name_servers.h"
#include "base/worst.h"

/* One row for each counter: name in capitals, name, kind, and help, which
 * src/ctl/hostdnsctl.8 repeats. A total only grows; a gauge says what there is now. */
#define COUNTERS(ROW)                                                                      \
    ROW(QUESTIONS_UDP, "questions-udp", TOTAL, "Questions answered over UDP.")             \
    ROW(QUESTIONS_TCP, "questions-tcp", TOTAL, "Questions answered over TCP.")             \
    ROW(TYPE_OTHER, "type-other", TOTAL,                                                   \
        "Questions for a type without a counter of its own.")                              \
    ROW(TYPE_A, "type-a", TOTAL, "Questions for A.")                                       \
    ROW(TYPE_NS, "type-ns", TOTAL, "Questions for NS.")                                    \
    ROW(TYPE_CNAME, "type-cname", TOTAL, "Questions for CNAME.")                           \
    ROW(TYPE_SOA, "type-soa", TOTAL, "Questions for SOA.")                                 \
    ROW(TYPE_PTR, "type-ptr", TOTAL, "Questions for PTR.")                                 \
    ROW(TYPE_MX, "type-mx", TOTAL, "Questions for MX.")                                    \
    ROW(TYPE_TXT, "type-txt", TOTAL, "Questions for TXT.")                                 \
    ROW(TYPE_AAAA, "type-aaaa", TOTAL, "Questions for AAAA.")                              \
    ROW(TYPE_SRV, "type-srv", TOTAL, "Questions for SRV.")                                 \
    ROW(TYPE_HTTPS, "type-https", TOTAL, "Questions for HTTPS.")                           \
    ROW(TYPE_ANY, "type-any", TOTAL, "Questions for ANY.")                                 \
    ROW(ANSWER_RECORDS, "answer-records", TOTAL, "Answers NOERROR with records.")          \
    ROW(ANSWER_NODATA, "answer-nodata", TOTAL, "Answers NOERROR without records.")         \
    ROW(ANSWER_NXDOMAIN, "answer-nxdomain", TOTAL, "Answers NXDOMAIN.")                    \
    ROW(ANSWER_SERVFAIL, "answer-servfail", TOTAL, "Answers SERVFAIL.")                    \
    ROW(ANSWER_REFUSED, "answer-refused", TOTAL, "Answers REFUSED.")                       \
    ROW(ANSWER_FORMERR, "answer-formerr", TOTAL, "Answers FORMERR.")                       \
    ROW(ANSWER_OTHER, "answer-other", TOTAL, "Answers with another response code.")        \
    ROW(DROPPED_MALFORMED, "dropped-malformed", TOTAL,                                     \
        "Packets dropped because they are no question.")                                   \
    ROW(DROPPED_RATE, "dropped-rate", TOTAL,                                               \
        "Error replies not sent because there were too many.")                             \
    ROW(CACHE_HITS, "cache-hits", TOTAL, "Questions answered from the cache.")             \
    ROW(CACHE_MISSES, "cache-misses", TOTAL, "Questions that waited for a lookup.")        \
    ROW(CACHE_FAILURES, "cache-failures", TOTAL,                                           \
        "Questions answered with a cached failure (RFC 9520).")                            \
    ROW(CACHE_STALE, "cache-stale", TOTAL,                                                 \
        "Questions answered with an expired answer (RFC 8767).")                           \
    ROW(CACHE_PREFETCHES, "cache-prefetches", TOTAL,                                       \
        "Answers looked up again before they expired.")                                    \
    ROW(CACHE_EVICTIONS, "cache-evictions", TOTAL, "Answers evicted from the full cache.") \
    ROW(CACHE_ENTRIES, "cache-entries", GAUGE, "Answers in the cache.")                    \
    ROW(WAITING, "waiting", GAUGE, "Questions that wait for a lookup.")                    \
    ROW(LOOKUPS, "lookups", TOTAL, "Lookups begun.")                                       \
    ROW(LOOKUPS_IN_FLIGHT, "lookups-in-flight", GAUGE, "Lookups under way.")               \
    ROW(AT_NAME_SERVERS, "at-name-servers", GAUGE, "Questions to name servers under way.") \
    ROW(STRAY_REPLIES, "stray-replies", TOTAL,                                             \
        "Replies with a wrong id, question or case, which may be forged.")                 \
    ROW(STRAY_RETRIES, "stray-retries", TOTAL,                                             \
        "Queries asked again over TCP because of such replies.")                           \
    ROW(CASE_RETRIES, "case-retries", TOTAL,                                               \
        "Queries asked again because their name came back in other case or not at all.")   \
    ROW(KEEPING_CASE, "keeping-case", GAUGE,                                               \
        "Name servers that keep the letter case of names.")                                \
    ROW(DNS_RECORDS, "dns-records", TOTAL, "Lookups that found records in DNS.")           \
    ROW(DNS_NODATA, "dns-nodata", TOTAL,                                                   \
        "Lookups that found the name in DNS, but no such records.")                        \
    ROW(DNS_NXDOMAIN, "dns-nxdomain", TOTAL, "Lookups whose name DNS denied.")             \
    ROW(DNS_FAILED, "dns-failed", TOTAL, "Lookups that failed.")                           \
    ROW(HOST_RECORDS, "host-records", TOTAL,                                               \
        "Lookups that found records in a source other than DNS.")                          \
    ROW(HOST_NODATA, "host-nodata", TOTAL,                                                 \
        "Lookups that found the name in such a source, but no such records.")              \
    ROW(HOST_NXDOMAIN, "host-nxdomain", TOTAL, "Lookups whose name such a source denied.") \
    ROW(LOOKUP_US_125, "lookup-us-125", TOTAL, "Lookups that took less than 0.125 ms.")    \
    ROW(LOOKUP_US_250, "lookup-us-250", TOTAL, "Lookups that took 0.125 ms to 0.25 ms.")   \
    ROW(LOOKUP_US_500, "lookup-us-500", TOTAL, "Lookups that took 0.25 ms to 0.5 ms.")     \
    ROW(LOOKUP_MS_1, "lookup-ms-1", TOTAL, "Lookups that took 0.5 ms to 1 ms.")            \
    ROW(LOOKUP_MS_2, "lookup-ms-2", TOTAL, "Lookups that took 1 ms to 2 ms.")              \
    ROW(LOOKUP_MS_4, "lookup-ms-4", TOTAL, "Lookups that took 2 ms to 4 ms.")              \
    ROW(LOOKUP_MS_8, "lookup-ms-8", TOTAL, "Lookups that took 4 ms to 8 ms.")              \
    ROW(LOOKUP_MS_16, "lookup-ms-16", TOTAL, "Lookups that took 8 ms to 16 ms.")           \
    ROW(LOOKUP_MS_32, "lookup-ms-32", TOTAL, "Lookups that took 16 ms to 32 ms.")          \
    ROW(LOOKUP_MS_64, "lookup-ms-64", TOTAL, "Lookups that took 32 ms to 64 ms.")          \
    ROW(LOOKUP_MS_128, "lookup-ms-128", TOTAL, "Lookups that took 64 ms to 128 ms.")       \
    ROW(LOOKUP_MS_256, "lookup-ms-256", TOTAL, "Lookups that took 128 ms to 256 ms.")      \
    ROW(LOOKUP_MS_512, "lookup-ms-512", TOTAL, "Lookups that took 256 ms to 512 ms.")      \
    ROW(LOOKUP_MS_1024, "lookup-ms-1024", TOTAL, "Lookups that took 512 ms to 1024 ms.")   \
    ROW(LOOKUP_MS_2048, "lookup-ms-2048", TOTAL, "Lookups that took 1024 ms to 2048 ms.")  \
    ROW(LOOKUP_MS_4096, "lookup-ms-4096", TOTAL, "Lookups that took 2048 ms to 4096 ms.")  \
    ROW(LOOKUP_MS_MORE, "lookup-ms-more", TOTAL, "Lookups that took longer.")              \
    ROW(LOOKUP_TIME, "lookup-time", TOTAL, "Microseconds that all lookups took.")          \
    ROW(THREADS, "threads", GAUGE, "Threads for NSS modules.")                             \
    ROW(THREADS_BUSY, "threads-busy", GAUGE, "Threads inside an NSS module.")              \
    ROW(THREADS_HUNG, "threads-hung", GAUGE,                                               \
        "Threads inside an NSS module for more than 5 s.")                                 \
    ROW(TCP_ACCEPTED, "tcp-accepted", TOTAL, "TCP connections accepted.")                  \
    ROW(TCP_REFUSED, "tcp-refused", TOTAL,                                                 \
        "TCP connections closed at once for lack of room.")                                \
    ROW(TCP_OPEN, "tcp-open", GAUGE, "Open TCP connections.")                              \
    ROW(RESTARTS_SERVE, "restarts-serve", TOTAL, "Serve processes that died.")             \
    ROW(RESTARTS_LOOKUP, "restarts-lookup", TOTAL, "Lookup processes that died.")          \
    ROW(RESTARTS_WEB, "restarts-web", TOTAL, "Web processes that died.")                   \
    ROW(STARTING_SERVE, "starting-serve", GAUGE,                                           \
        "Serve processes that are being started.")                                         \
    ROW(STARTING_LOOKUP, "starting-lookup", GAUGE,                                         \
        "Lookup processes that are being started.")                                        \
    ROW(RESTARTS_DNSTAP, "restarts-dnstap", TOTAL, "Dnstap processes that died.")          \
    ROW(UNFILTERED, "unfiltered", GAUGE, "Children without a filter of system calls.")     \
    ROW(RELOADS, "reloads", TOTAL, "Reloads completed.")                                   \
    ROW(HOST_CHANGES, "host-changes", TOTAL, "Changes of the host that were noticed.")     \
    ROW(TAKEN_BACK, "taken-back", TOTAL,                                                   \
        "Addresses taken back from another user's socket.")                                \
    ROW(LOG_LOST, "log-lost", TOTAL, "Lines of the log that nobody read in time.")         \
    ROW(LOG_LEFT_OUT, "log-left-out", TOTAL,                                               \
        "Lines about repeated questions that were left out.")                              \
    ROW(DNSTAP_FRAMES, "dnstap-frames", TOTAL, "Messages written for dnstap.")             \
    ROW(DNSTAP_LOST, "dnstap-lost", TOTAL, "Messages of dnstap that nobody took in time.") \
    ROW(DNSTAP_WAITING, "dnstap-waiting", GAUGE,                                           \
        "1 while dnstap waits for its reader or its file.")

#define COUNTERS_ENUM(name, text, kind, help) COUNT_##name,
enum counter { COUNTERS(COUNTERS_ENUM) COUNTERS_NUMBER };
#undef COUNTERS_ENUM

/* A question is counted once, in the cell of its transport, type and outcome. The rows of
 * these three, which stand first, are sums of cells. */
enum {
    COUNTERS_TRANSPORTS = COUNT_TYPE_OTHER,
    COUNTERS_TYPES = COUNT_ANSWER_RECORDS - COUNT_TYPE_OTHER,
    COUNTERS_OUTCOMES = COUNT_DROPPED_MALFORMED - COUNT_ANSWER_RECORDS,
    COUNTERS_QUESTION_CELLS = COUNTERS_TRANSPORTS * COUNTERS_TYPES * COUNTERS_OUTCOMES,
};

/* A lookup is counted in the cell of its result and of the time that it took, which doubles
 * from row to row. Each result also has a cell for the sum of these times. The rows from
 * DNS_RECORDS to LOOKUP_TIME are sums of these cells. */
enum {
    COUNTERS_RESULTS = COUNT_LOOKUP_US_125 - COUNT_DNS_RECORDS,
    COUNTERS_TIMES = COUNT_LOOKUP_TIME - COUNT_LOOKUP_US_125,
    COUNTERS_LEAST_TIME = 125, /* microseconds: the bound of the first time */
    COUNTERS_LOOKUP_CELLS = COUNTERS_RESULTS * (COUNTERS_TIMES + 1),
    COUNTERS_CELLS = COUNTERS_QUESTION_CELLS + COUNTERS_LOOKUP_CELLS,
};

enum {
    COUNTERS_SLOTS = 64,
    COUNTERS_WORDS = 64, /* words that all processes share */
};

enum counter_kind { COUNTER_TOTAL, COUNTER_GAUGE };

struct counter_row {
    const char *name, *help;
    enum counter_kind kind;
};

extern const struct counter_row counter_rows[COUNTERS_NUMBER];

/* The rows, and behind them the cells of questions and of lookups. Before counters_use, a
 * process counts for itself alone. */
extern uint64_t *counters_own;

/* Adds one, or several. */
static inline void count_more(enum counter counter, uint64_t more)
{
    __atomic_store_n(&counters_own[counter], counters_own[counter] + more,
                     __ATOMIC_RELAXED);
}

static inline void count(enum counter counter)
{
    count_more(counter, 1);
}

/* Adds one to a counter that other threads of the process use, too. */
static inline void count_in_thread(enum counter counter)
{
    __atomic_add_fetch(&counters_own[counter], 1, __ATOMIC_RELAXED);
}

/* The place of a cell in counters_own. */
static inline unsigned counters_cell(enum counter transport, enum counter type,
                                     enum counter outcome)
{
    return COUNTERS_NUMBER +
           (transport * COUNTERS_TYPES + type - COUNT_TYPE_OTHER) * COUNTERS_OUTCOMES +
           outcome - COUNT_ANSWER_RECORDS;
}

static inline void count_question(enum counter transport, enum counter type,
                                  enum counter outcome)
{
    count((enum counter)counters_cell(transport, type, outcome));
}

/* The place of the cell of a result, and of a time or LOOKUP_TIME, in counters_own. */
static inline unsigned counters_lookup_cell(enum counter result, enum counter time)
{
    return COUNTERS_NUMBER + COUNTERS_QUESTION_CELLS +
           (result - COUNT_DNS_RECORDS) * (COUNTERS_TIMES + 1u) + time -
           COUNT_LOOKUP_US_125;
}

/* A lookup took `us` microseconds, which belong to the row `time`. */
static inline void count_lookup(enum counter result, enum counter time, uint64_t us)
{
    count((enum counter)counters_lookup_cell(result, time));
    count_more((enum counter)counters_lookup_cell(result, COUNT_LOOKUP_TIME), us);
}

static inline void count_set(enum counter counter, uint64_t value)
{
    __atomic_store_n(&counters_own[counter], value, __ATOMIC_RELAXED);
}

/*
 * Makes the page, or maps the one behind `fd`, a descriptor from an earlier counters_open
 * or -1. A page of another layout is replaced. Returns the page's descriptor, or -1 with
 * errno; then only children share the page, and the next program begins a new one. If
 * memory is too short even for that, each process counts for itself.
 */
int counters_open(int fd);

/* From now on this process counts in this slot, on top of what its predecessor has counted;
 * gauges start at 0. */
void counters_use(unsigned slot);

/*
 * For a process that must not be able to change the page: counters_reader opens the page
 * once more, for reading alone, and with that descriptor, which it closes,
 * counters_read_only takes this process's own page away. From then on it counts for itself
 * alone. The reader is -1 if the page has no descriptor; then the memory itself is made
 * read-only.
 */
int counters_reader(int fd);
void counters_read_only(int reader);

/* Sets the gauges of a slot to 0, because its process has ended. */
void counters_reset_gauges(unsigned slot);

/* Sums over all slots: of a row, of a cell of questions, and of a cell of lookups, which
 * holds microseconds if `time` is LOOKUP_TIME. */
uint64_t counters_sum(enum counter);
uint64_t counters_questions(enum counter transport, enum counter type,
                            enum counter outcome);
uint64_t counters_lookups(enum counter result, enum counter time);

/* Lookups worth showing: those of this process to write, and those of a slot to read. */
struct worst_lookups *counters_worst(void);
const struct worst_lookups *counters_worst_of(unsigned slot);

/* Name servers: those of this process to write, and those of a slot to read. */
struct name_servers *counters_name_servers(void);
const struct name_servers *counters_name_servers_of(unsigned slot);

/* Words beside the slots, 0 at first: any process reads and writes them, each word in one
 * step. They outlive a reload. */
uint64_t *counters_words(void);
