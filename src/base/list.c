#include "base/list.h"

void list_init(struct list *list)
{
    list->next = list->prev = list;
}

bool list_empty(const struct list *list)
{
    return list->next == list;
}

void list_append(struct list *head, struct list *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

void list_remove(struct list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}
