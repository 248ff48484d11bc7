/*
 * Priority queue whose links live in the objects themselves: no allocation, so adding never
 * fails. The first object is at hand; adding takes constant time, and taking any one out
 * logarithmic time on average over many (a pairing heap: Fredman, Sedgewick, Sleator and
 * Tarjan, 1986).
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

struct heap_link {
    struct heap *heap;        /* that it is in, or NULL */
    struct heap_link *child;  /* the first of those that come after this one */
    struct heap_link *next;   /* the next one with the same parent */
    struct heap_link *before; /* the one whose `next` or `child` this is */
};

/* True if one comes before the other: never both ways round. */
typedef bool heap_order(struct heap_link *one, struct heap_link *other);

struct heap {
    struct heap_link *first;
    heap_order *order;
};

void heap_init(struct heap *, heap_order *);
void heap_link_init(struct heap_link *);

/* The link must be in no heap. */
void heap_add(struct heap *, struct heap_link *);
/* Takes the link out of whatever heap it is in; harmless if it is in none. */
void heap_remove(struct heap_link *);

/* The object that holds `link` as its member `member`. */
#define heap_item(link, type, member)                                                      \
    ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* The first object, or NULL. */
#define heap_first(heap, type, member)                                                     \
    ((heap)->first ? heap_item((heap)->first, type, member) : NULL)

#endif
