#include "lookup/scan_queue.h"

#include "dns/name.h"

static bool has_name(struct table_link *link, const void *key)
{
    const struct scan *scan = table_item(link, struct scan, by_name);
    const struct question *question = key;

    return name_equal(question_name(scan->question), question_name(question));
}

int scan_queue_init(struct scan_queue *scans, unsigned most)
{
    *scans = (struct scan_queue){.most = most};
    list_init(&scans->waiting);
    return table_init(&scans->by_name, has_name);
}

static uint64_t hash_of(const struct scan_queue *scans, const struct question *question)
{
    uint8_t name[NAME_WIRE_MAX];

    name_fold(name, question->name, question->name_len);
    return table_hash(&scans->by_name, name, question->name_len);
}

static struct scan *find(const struct scan_queue *scans, uint64_t hash,
                         const struct question *question)
{
    struct table_link *link = table_find(&scans->by_name, hash, question);

    return link ? table_item(link, struct scan, by_name) : NULL;
}

static bool may_run(const struct scan_queue *scans, const struct scan *scan)
{
    return !scans->are_held && scans->running < scans->most &&
           (list_empty(&scans->waiting) || scans->turn == scan);
}

bool scan_queue_begin(struct scan_queue *scans, struct scan *scan)
{
    uint64_t hash = hash_of(scans, scan->question);
    struct scan *other = find(scans, hash, scan->question);

    list_init(&scan->link);
    if (other) {
        scan->state = SCAN_FOLLOWS;
        list_append(&other->followers, &scan->link);
        return false;
    }
    list_init(&scan->followers);
    table_add(&scans->by_name, hash, &scan->by_name);
    if (may_run(scans, scan)) {
        scan->state = SCAN_RUNS;
        scans->running++;
        return true;
    }
    scan->state = SCAN_WAITS;
    scans->waiting_count++;
    list_append(&scans->waiting, &scan->link);
    return false;
}

/* Moves all links, in their order, into an empty list. */
static void move(struct list *from, struct list *to)
{
    struct list *link;

    list_init(to);
    while ((link = from->next) != from) {
        list_remove(link);
        list_append(to, link);
    }
}

/* `go` may end other scans of the list, which then leave it. */
static void tell_all(struct list *list)
{
    struct scan *scan;

    while ((scan = list_first(list, struct scan, link))) {
        list_remove(&scan->link);
        scan->state = SCAN_NONE;
        scan->go(scan);
    }
}

/* Takes the scan out of the queue, and leaves its followers in `followers`. */
static void leave(struct scan_queue *scans, struct scan *scan, struct list *followers)
{
    scans->running -= scan->state == SCAN_RUNS;
    scans->waiting_count -= scan->state == SCAN_WAITS;
    list_remove(&scan->link);
    table_remove(&scans->by_name, &scan->by_name);
    move(&scan->followers, followers);
    scan->state = SCAN_NONE;
}

static void tell_first(struct scan_queue *scans, struct list *waiting)
{
    struct scan *scan = list_first(waiting, struct scan, link);
    struct list followers;

    leave(scans, scan, &followers);
    scans->turn = scan;
    scan->go(scan);
    scans->turn = NULL;
    tell_all(&followers);
}

static void go_on(struct scan_queue *scans)
{
    while (!scans->are_held && scans->running < scans->most && !list_empty(&scans->waiting))
        tell_first(scans, &scans->waiting);
}

void scan_queue_end(struct scan_queue *scans, struct scan *scan)
{
    struct list followers;

    if (scan->state == SCAN_FOLLOWS) {
        list_remove(&scan->link);
        scan->state = SCAN_NONE;
    } else if (scan->state != SCAN_NONE) {
        leave(scans, scan, &followers);
        tell_all(&followers);
        go_on(scans);
    }
}

void scan_queue_hold(struct scan_queue *scans)
{
    scans->are_held = true;
}

void scan_queue_release(struct scan_queue *scans)
{
    struct list waiting;

    scans->are_held = false;
    move(&scans->waiting, &waiting);
    while (!list_empty(&waiting))
        tell_first(scans, &waiting);
    go_on(scans);
}
