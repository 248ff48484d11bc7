#include "daemon/predecessors.h"

#include <signal.h>
#include <stdlib.h>

#include "base/counters.h"

static struct child *child_at(struct list *link)
{
    return list_item(link, struct child, link);
}

/* The child after this link, or NULL at the end. */
static struct child *next_child(const struct predecessors *predecessors,
                                const struct list *link)
{
    return link->next == &predecessors->children ? NULL : child_at(link->next);
}

static struct child *first_child(const struct predecessors *predecessors)
{
    return next_child(predecessors, &predecessors->children);
}

void predecessors_init(struct predecessors *predecessors)
{
    list_init(&predecessors->children);
}

static int adopt(struct predecessors *predecessors, const struct child_owner *owner,
                 const struct handed_child *handed)
{
    struct child *child = malloc(sizeof *child);

    if (!child)
        return -1;
    child_init(child, owner, handed->role, handed->number, handed->generation);
    list_append(&predecessors->children, &child->link);
    child->started = handed->started;
    return child_adopt(child, handed->pid, handed->control);
}

int predecessors_adopt(struct predecessors *predecessors, const struct child_owner *owner,
                       const struct handover *handover)
{
    for (size_t i = 0; i < handover->child_count; i++)
        if (adopt(predecessors, owner, &handover->children[i]) == -1)
            return -1;
    return 0;
}

static void forget(struct child *child)
{
    child_dismiss(child);
    list_remove(&child->link);
    free(child);
}

void predecessors_free(struct predecessors *predecessors)
{
    while (predecessors_any(predecessors))
        forget(first_child(predecessors));
}

bool predecessors_any(const struct predecessors *predecessors)
{
    return !list_empty(&predecessors->children);
}

void predecessors_tell_with(const struct predecessors *predecessors, enum word word,
                            const void *data, size_t len)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        if (child->role == ROLE_SERVE)
            child_tell_with(child, word, data, len);
}

void predecessors_tell(const struct predecessors *predecessors, enum word word)
{
    predecessors_tell_with(predecessors, word, NULL, 0);
}

void predecessors_dismiss(struct predecessors *predecessors)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        child_dismiss(child);
}

void predecessors_kill(const struct predecessors *predecessors)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        child_kill(child);
}

/* Of this role and generation; NULL if there is none. */
static struct child *find(const struct predecessors *predecessors, enum role role,
                          unsigned generation)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        if (child->role == role && child->generation == generation)
            return child;
    return NULL;
}

static void tell_of_lookups_death(const struct predecessors *predecessors,
                                  unsigned generation)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        if (child->generation == generation)
            child_tell(child, WORD_LOOKUP_DIED);
}

static void ended(struct predecessors *predecessors, struct child *child)
{
    unsigned generation = child->generation;
    struct child *lookup = find(predecessors, ROLE_LOOKUP, generation);

    if (child == lookup)
        tell_of_lookups_death(predecessors, generation);
    counters_reset_gauges(child_slot(child));
    forget(child);
    if (lookup && child != lookup && !find(predecessors, ROLE_SERVE, generation))
        child_dismiss(lookup);
}

void predecessors_reap(struct predecessors *predecessors)
{
    struct child *child, *next;
    int status;

    for (child = first_child(predecessors); child; child = next) {
        next = next_child(predecessors, &child->link);
        if (child_reap(child, &status))
            ended(predecessors, child);
    }
}

void predecessors_report(const struct predecessors *predecessors, FILE *out)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        child_report(child, out, true);
}

bool predecessors_hand_over(const struct predecessors *predecessors,
                            struct handover *handover)
{
    for (struct child *child = first_child(predecessors); child;
         child = next_child(predecessors, &child->link))
        if (!handover_add(handover, child))
            return false;
    return true;
}
