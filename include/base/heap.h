/*
 * Priority queue whose links live in the objects themselves: it allocates nothing, so
 * adding never fails. Finding the first object and adding one take constant time. Removing
 * any object takes logarithmic time, averaged over many (a pairing heap: Fredman,
 * Sedgewick, Sleator and Tarjan, 1986).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct heap_link {
    struct heap *heap;        /* the heap that it is in, or NULL */
    struct heap_link *child;  /* the first of its children, which all come after it */
    struct heap_link *next;   /* the next one with the same parent */
    struct heap_link *before; /* the one whose `next` or `child` this is */
};

/* True if `one` comes before `other`; then `other` must not come before `one`. */
typedef bool heap_order(struct heap_link *one, struct heap_link *other);

struct heap {
    struct heap_link *first;
    heap_order *order;
};

void heap_init(struct heap *, heap_order *);
void heap_link_init(struct heap_link *);

/* The link must be in no heap. */
void heap_add(struct heap *, struct heap_link *);
/* Takes the link out of its heap; harmless if it is in none. */
void heap_remove(struct heap_link *);

/* The object that holds `link` as its member `member`. */
#define heap_item(link, type, member)                                                      \
    ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* The first object, or NULL. */
#define heap_first(heap, type, member)                                                     \
    ((heap)->first ? heap_item((heap)->first, type, member) : NULL)
