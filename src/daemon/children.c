#include "daemon/children.h"

#include <stdlib.h>

#include "base/counters.h"

static bool is_retiring(const struct children *children, const struct child *child)
{
    return child->generation != children->generation;
}

static void add(struct children *children, const struct child_owner *owner, enum role role,
                unsigned number)
{
    struct child *child = &children->current[children->count++];

    child_init(child, owner, role, number, children->generation);
    list_append(&children->all, &child->link);
}

void children_init(struct children *children, const struct child_owner *owner,
                   unsigned workers, bool has_web, unsigned generation)
{
    *children = (struct children){.workers = workers, .generation = generation};
    list_init(&children->all);
    for (unsigned i = 0; i < workers; i++)
        add(children, owner, ROLE_SERVE, i);
    add(children, owner, ROLE_LOOKUP, 0);
    if (has_web)
        add(children, owner, ROLE_WEB, 0);
}

void children_add(struct children *children, enum role role)
{
    add(children, children->current[0].owner, role, 0);
}

static const struct child *current_lookup(const struct children *children)
{
    return &children->current[children->workers];
}

/* The child of this role and generation; NULL if there is none. */
static struct child *find(const struct children *children, enum role role,
                          unsigned generation)
{
    list_each(&children->all, struct child, child, link)
        if (child->role == role && child->generation == generation)
            return child;
    return NULL;
}

/* What the old one could load is there for the new one too, if not at once. */
static void trust_successor(const struct children *children, enum role role)
{
    struct child *successor = find(children, role, children->generation);

    if (successor)
        successor->has_worked = true;
}

static int adopt(struct children *children, const struct child *handed)
{
    struct child *child = malloc(sizeof *child);

    if (!child)
        return -1;
    trust_successor(children, handed->role);
    child_init(child, children->current[0].owner, handed->role, handed->number,
               handed->generation);
    list_append(&children->all, &child->link);
    child->started = handed->started;
    child->slot = handed->slot;
    return child_adopt(child, handed->pid, handed->control);
}

int children_adopt(struct children *children, const struct handover *handover)
{
    for (size_t i = 0; i < handover->child_count; i++)
        if (adopt(children, &handover->children[i]) == -1)
            return -1;
    return 0;
}

static unsigned count_in_slot(const struct children *children, unsigned slot)
{
    unsigned count = 0;

    list_each(&children->all, struct child, child, link)
        count += child->slot == slot;
    return count;
}

/*
 * A process may retire for longer than several reloads take, so the slot depends on which
 * are in use. Only when more processes retire than there are slots do two share one, and
 * then a few questions may not be counted. The first slot is the supervisor's.
 */
static unsigned emptiest_slot(const struct children *children)
{
    unsigned found = 1, least = count_in_slot(children, found);

    for (unsigned slot = 2; slot < COUNTERS_SLOTS && least > 0; slot++) {
        unsigned count = count_in_slot(children, slot);

        if (count < least) {
            found = slot;
            least = count;
        }
    }
    return found;
}

unsigned children_lookup_slot(const struct children *children)
{
    return current_lookup(children)->slot;
}

/* All have their slots before the first one starts, since web reads that of lookup. */
void children_start(struct children *children)
{
    for (size_t i = 0; i < children->count; i++)
        children->current[i].slot = emptiest_slot(children);
    for (size_t i = 0; i < children->count; i++)
        child_start(&children->current[i]);
}

static void forget(const struct children *children, struct child *child)
{
    child_dismiss(child);
    list_remove(&child->link);
    if (is_retiring(children, child))
        free(child);
}

void children_free(struct children *children)
{
    list_each(&children->all, struct child, child, link)
        forget(children, child);
}

bool children_are_ready(const struct children *children)
{
    for (size_t i = 0; i < children->count; i++)
        if (!children->current[i].ready && role_is_needed(children->current[i].role))
            return false;
    return true;
}

bool children_any(const struct children *children)
{
    list_each(&children->all, struct child, child, link)
        if (child->pid != 0)
            return true;
    return false;
}

bool children_any_retiring(const struct children *children)
{
    list_each(&children->all, struct child, child, link)
        if (is_retiring(children, child))
            return true;
    return false;
}

/* Asks each, so that none is asked less often than the others. */
bool children_live(struct children *children)
{
    bool all = true;

    for (size_t i = 0; i < children->count; i++) {
        bool lives = child_lives(&children->current[i]);

        if (!lives && !role_is_needed(children->current[i].role))
            child_kill(&children->current[i]);
        else
            all &= lives;
    }
    return all;
}

void children_count_starting(const struct children *children)
{
    uint64_t starting[ROLES] = {0};

    for (size_t i = 0; i < children->count; i++)
        starting[children->current[i].role] +=
            children->current[i].pid == 0 || !children->current[i].ready;
    count_set(COUNT_STARTING_SERVE, starting[ROLE_SERVE]);
    count_set(COUNT_STARTING_LOOKUP, starting[ROLE_LOOKUP]);
}

void children_tell(const struct children *children, enum control_message message,
                   const void *data, size_t len)
{
    list_each(&children->all, struct child, child, link)
        child_tell(child, message, data, len);
}

void children_tell_to_retire(const struct children *children)
{
    list_each(&children->all, struct child, child, link)
        if (child->role != ROLE_LOOKUP && is_retiring(children, child))
            child_tell(child, CONTROL_RETIRE, NULL, 0);
}

void children_pass(const struct children *children, unsigned number,
                   enum control_message message, const void *data, size_t len,
                   int descriptor)
{
    child_pass(&children->current[number % children->workers], message, data, len,
               descriptor);
}

static bool any_other_than(const struct children *children, enum role role)
{
    list_each(&children->all, struct child, child, link)
        if (child->role != role && child->pid != 0)
            return true;
    return false;
}

void children_dismiss(struct children *children)
{
    bool has_others = any_other_than(children, ROLE_DNSTAP);

    children->is_leaving = true;
    list_each(&children->all, struct child, child, link)
        if (child->role != ROLE_DNSTAP || child->pid == 0 || !has_others)
            child_dismiss(child);
}

void children_kill(const struct children *children)
{
    list_each(&children->all, struct child, child, link)
        child_kill(child);
}

static void tell_of_lookups_death(const struct children *children, unsigned generation)
{
    list_each(&children->all, struct child, child, link)
        if (child->role == ROLE_SERVE && child->generation == generation)
            child_tell(child, CONTROL_LOOKUP_DIED, NULL, 0);
}

static void forget_retired(const struct children *children, struct child *child)
{
    unsigned generation = child->generation;
    struct child *lookup;

    forget(children, child);
    lookup = find(children, ROLE_LOOKUP, generation);
    if (lookup && !find(children, ROLE_SERVE, generation))
        child_dismiss(lookup);
}

static void child_ended(const struct children *children, struct child *child, pid_t pid,
                        int status)
{
    counters_reset_gauges(child->slot);
    if (child->role == ROLE_LOOKUP)
        tell_of_lookups_death(children, child->generation);
    if (is_retiring(children, child))
        forget_retired(children, child);
    else
        child->owner->ended(child, pid, status);
}

void children_reap(struct children *children)
{
    list_each(&children->all, struct child, child, link) {
        int status;
        pid_t pid = child_reap(child, &status);

        if (pid != 0)
            child_ended(children, child, pid, status);
    }
    if (children->is_leaving)
        children_dismiss(children);
}

void children_report(const struct children *children, struct report *report)
{
    list_each(&children->all, struct child, child, link)
        child_report(child, report, is_retiring(children, child));
    report->server_count = name_servers_read(
        counters_name_servers_of(children_lookup_slot(children)), report->servers);
}

bool children_hand_over(const struct children *children, struct handover *handover)
{
    list_each(&children->all, struct child, child, link)
        if (!handover_add(handover, child))
            return false;
    return true;
}
