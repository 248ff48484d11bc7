/*
 * The counters as Prometheus reads them, in its text format: base units, and names that end
 * in _total if the number only grows. One metric may show several counters, which differ in
 * a label.
 */
#pragma once

#include <stddef.h>

/* One row for each metric: name in capitals, name, type, and help, which
 * src/daemon/hostdnsd.8 repeats. */
#define METRIC_ROWS(ROW)                                                                   \
    ROW(BUILD, "hostdns_build_info", GAUGE, "Always 1; the label is the version.")         \
    ROW(QUESTIONS, "hostdns_questions_total", COUNTER,                                     \
        "Questions answered; NODATA is NOERROR without records.")                          \
    ROW(DROPPED, "hostdns_dropped_total", COUNTER,                                         \
        "Packets without an answer: no question, or one error too many.")                  \
    ROW(WAITING, "hostdns_questions_waiting", GAUGE, "Questions that wait for a lookup.")  \
    ROW(CACHE_HITS, "hostdns_cache_hits_total", COUNTER,                                   \
        "Questions answered from the cache.")                                              \
    ROW(CACHE_MISSES, "hostdns_cache_misses_total", COUNTER,                               \
        "Questions that waited for a lookup.")                                             \
    ROW(CACHE_FAILURES, "hostdns_cache_failures_total", COUNTER,                           \
        "Questions answered with a cached failure (RFC 9520).")                            \
    ROW(CACHE_STALE, "hostdns_cache_stale_total", COUNTER,                                 \
        "Questions answered with an expired answer (RFC 8767).")                           \
    ROW(CACHE_PREFETCHES, "hostdns_cache_prefetches_total", COUNTER,                       \
        "Answers looked up again before they expired.")                                    \
    ROW(CACHE_EVICTIONS, "hostdns_cache_evictions_total", COUNTER,                         \
        "Answers evicted from the full cache.")                                            \
    ROW(CACHE_ENTRIES, "hostdns_cache_entries", GAUGE, "Answers in the cache.")            \
    ROW(LOOKUPS_BEGUN, "hostdns_lookups_begun_total", COUNTER, "Lookups begun.")           \
    ROW(LOOKUPS_IN_FLIGHT, "hostdns_lookups_in_flight", GAUGE, "Lookups under way.")       \
    ROW(LOOKUPS, "hostdns_lookups_total", COUNTER,                                         \
        "Lookups done; the source host is every source other than DNS.")                   \
    ROW(LOOKUP_DURATION, "hostdns_lookup_duration_seconds", HISTOGRAM,                     \
        "How long lookups took, by the same labels.")                                      \
    ROW(AT_NAME_SERVERS, "hostdns_name_server_questions", GAUGE,                           \
        "Questions to name servers under way.")                                            \
    ROW(STRAY_REPLIES, "hostdns_stray_replies_total", COUNTER,                             \
        "Replies with a wrong id, question or case, which may be forged.")                 \
    ROW(NAME_SERVER_RETRIES, "hostdns_name_server_retries_total", COUNTER,                 \
        "Queries asked again, over TCP if stray replies are the reason.")                  \
    ROW(KEEPING_CASE, "hostdns_name_servers_keeping_case", GAUGE,                          \
        "Name servers that keep the letter case of names.")                                \
    ROW(THREADS, "hostdns_threads", GAUGE, "Threads for NSS modules.")                     \
    ROW(THREADS_BUSY, "hostdns_threads_busy", GAUGE, "Threads inside an NSS module.")      \
    ROW(THREADS_HUNG, "hostdns_threads_hung", GAUGE,                                       \
        "Threads inside an NSS module for more than 5 s.")                                 \
    ROW(TCP_ACCEPTED, "hostdns_tcp_accepted_total", COUNTER, "TCP connections accepted.")  \
    ROW(TCP_REFUSED, "hostdns_tcp_refused_total", COUNTER,                                 \
        "TCP connections closed at once for lack of room.")                                \
    ROW(TCP_OPEN, "hostdns_tcp_connections", GAUGE, "Open TCP connections.")               \
    ROW(RESTARTS, "hostdns_restarts_total", COUNTER, "Processes that died.")               \
    ROW(STARTING, "hostdns_processes_starting", GAUGE,                                     \
        "Processes that are being started.")                                               \
    ROW(UNFILTERED, "hostdns_unfiltered_processes", GAUGE,                                 \
        "Children without a filter of system calls.")                                      \
    ROW(RELOADS, "hostdns_reloads_total", COUNTER, "Reloads completed.")                   \
    ROW(HOST_CHANGES, "hostdns_host_changes_total", COUNTER,                               \
        "Changes of the host that were noticed.")                                          \
    ROW(TAKEN_BACK, "hostdns_addresses_taken_back_total", COUNTER,                         \
        "Addresses taken back from another user's socket.")                                \
    ROW(LOG_LOST, "hostdns_log_lines_lost_total", COUNTER,                                 \
        "Lines of the log that nobody read in time.")                                      \
    ROW(LOG_LEFT_OUT, "hostdns_log_lines_left_out_total", COUNTER,                         \
        "Lines about repeated questions that were left out.")                              \
    ROW(DNSTAP_FRAMES, "hostdns_dnstap_messages_total", COUNTER,                           \
        "Messages written for dnstap.")                                                    \
    ROW(DNSTAP_LOST, "hostdns_dnstap_lost_total", COUNTER,                                 \
        "Messages of dnstap that nobody took in time.")                                    \
    ROW(DNSTAP_WAITING, "hostdns_dnstap_waiting", GAUGE,                                   \
        "1 while dnstap waits for its reader or its file.")

/* Octets that the text has at most, with its NUL. */
enum { METRICS_TEXT = 65536 };

/* Writes all metrics; returns the length of the text. */
size_t metrics_write(char text[static METRICS_TEXT]);
