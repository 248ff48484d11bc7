#include "base/heap.h"

void heap_init(struct heap *heap, heap_order *order)
{
    *heap = (struct heap){.order = order};
}

void heap_link_init(struct heap_link *link)
{
    *link = (struct heap_link){0};
}

/* Joins two heaps by their first links: the later one becomes a child of the other. */
static struct heap_link *meld(heap_order *order, struct heap_link *one,
                              struct heap_link *other)
{
    struct heap_link *parent = order(other, one) ? other : one;
    struct heap_link *child = parent == one ? other : one;

    child->next = parent->child;
    if (child->next)
        child->next->before = child;
    child->before = parent;
    parent->child = child;
    return parent;
}

/* Joins siblings to one heap, in pairs first, which keeps it shallow. */
static struct heap_link *meld_siblings(heap_order *order, struct heap_link *link)
{
    struct heap_link *pairs = NULL, *first;

    while (link) {
        struct heap_link *one = link, *other = link->next;

        link = other ? other->next : NULL;
        if (other)
            one = meld(order, one, other);
        one->next = pairs;
        pairs = one;
    }
    if (!pairs)
        return NULL;
    for (first = pairs, pairs = pairs->next; pairs; pairs = link) {
        link = pairs->next;
        first = meld(order, first, pairs);
    }
    first->next = first->before = NULL;
    return first;
}

/* Joins the link, and all below it, to the heap. */
static void meld_into(struct heap *heap, struct heap_link *link)
{
    heap->first = heap->first ? meld(heap->order, heap->first, link) : link;
}

void heap_add(struct heap *heap, struct heap_link *link)
{
    *link = (struct heap_link){.heap = heap};
    meld_into(heap, link);
}

static void cut(struct heap_link *link)
{
    if (link->before->child == link)
        link->before->child = link->next;
    else
        link->before->next = link->next;
    if (link->next)
        link->next->before = link->before;
}

void heap_remove(struct heap_link *link)
{
    struct heap *heap = link->heap;
    struct heap_link *orphans;

    if (!heap)
        return;
    orphans = meld_siblings(heap->order, link->child);
    if (heap->first == link) {
        heap->first = orphans;
    } else {
        cut(link);
        if (orphans)
            meld_into(heap, orphans);
    }
    heap_link_init(link);
}
