/*
 * Doubly linked list whose links live in the objects themselves: no allocation, and an
 * object leaves in constant time. A list is a ring through a head that is no object.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

/* Makes an empty list, or a link that is in no list. */
void list_init(struct list *);
bool list_empty(const struct list *);

void list_append(struct list *head, struct list *link);
/* Takes the link out of its list; harmless if it is in none. */
void list_remove(struct list *link);

/* The object that holds `link` as its member `member`. */
#define list_item(link, type, member)                                                      \
    ((type *)(void *)((char *)(link)-offsetof(type, member)))

/* Loops over the objects of a list; the body may take its object out, and free it. */
#define list_each(head, type, item, member)                                                \
    for (type *item = list_item((head)->next, type, member),                               \
              *next_##item = list_item(item->member.next, type, member);                   \
         &item->member != (head);                                                          \
         item = next_##item, next_##item = list_item(item->member.next, type, member))

/* The first object, or NULL. */
#define list_first(head, type, member)                                                     \
    (list_empty(head) ? NULL : list_item((head)->next, type, member))
