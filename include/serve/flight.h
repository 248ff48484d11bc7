/*
 * A flight: one lookup for all who ask the same question (but for letter case) before its
 * answer comes. Flights are found by their question, and by the id that lookup knows them
 * by.
 */
#pragma once

#include "base/list.h"
#include "base/table.h"
#include "dns/question.h"

struct query;

struct flight {
    struct table_link by_question, by_id;
    struct list link;     /* among those of its state: see serve/lookup_client */
    struct list in_ahead; /* while it is sent, and lookup has not taken it up */
    struct list in_idle;  /* while nobody waits for it */
    struct list queries;  /* those that wait for it */
    struct query *leader; /* while it is ahead: the query whose turn it was, or NULL */
    bool is_sent;
    bool is_again;  /* it was sent before: see lookup_client_ask_again */
    bool is_closed; /* not found by its question, since its answer may be outdated */
    bool wants_way; /* that of a query that waits is told or shown; while it is not sent */
    int64_t begun_us; /* clock_us() */
    int64_t sent;     /* clock_ms() */
    uint64_t id;
    struct question question; /* folded */
    uint8_t *steps;           /* of its way, as lookup has told; or NULL */
    size_t steps_len;
};

struct flight_table {
    struct table by_question, by_id;
    uint64_t next_id;
};

/* 0, or -1 with errno. */
int flight_table_init(struct flight_table *);
/* The flights are gone by then. */
void flight_table_free(struct flight_table *);

/* A flight for the folded question, which must have none; NULL when memory is short. */
struct flight *flight_new(struct flight_table *, const struct question *);
/* Takes it out of the table and of all lists; nobody waits for it any more. */
void flight_remove(struct flight_table *, struct flight *);
/* Frees a removed flight. */
void flight_free(struct flight *);

/* The flight for the folded question, or NULL. */
struct flight *flight_find(const struct flight_table *, const struct question *);
/* The flight with the id, whatever its flags, or NULL. */
struct flight *flight_find_id(const struct flight_table *, uint64_t id);
/* It is not found by its question any more. */
void flight_close(struct flight_table *, struct flight *);

/* Keeps a copy of what lookup has told of its way; nothing if memory is short. */
void flight_set_steps(struct flight *, const uint8_t *steps, size_t len);
