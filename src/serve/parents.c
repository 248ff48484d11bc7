#include "serve/parents.h"

#include <stdlib.h>
#include <string.h>

struct parent {
    struct table_link link;
    struct list by_age;
    int64_t seen; /* clock_ms() */
    size_t len;
    uint8_t name[];
};

/* A folded name in wire form, borrowed. */
struct name {
    const uint8_t *wire;
    size_t len;
};

static bool has_name(struct table_link *link, const void *key)
{
    const struct parent *parent = table_item(link, struct parent, link);
    const struct name *name = key;

    return parent->len == name->len && memcmp(parent->name, name->wire, name->len) == 0;
}

int parents_init(struct parents *parents)
{
    list_init(&parents->by_age);
    return table_init(&parents->names, has_name);
}

static struct parent *oldest(const struct parents *parents)
{
    return list_first(&parents->by_age, struct parent, by_age);
}

static void forget(struct parents *parents, struct parent *parent)
{
    table_remove(&parents->names, &parent->link);
    list_remove(&parent->by_age);
    free(parent);
}

void parents_clear(struct parents *parents)
{
    while (oldest(parents))
        forget(parents, oldest(parents));
}

void parents_free(struct parents *parents)
{
    parents_clear(parents);
    table_free(&parents->names);
}

static struct parent *find(const struct parents *parents, const struct name *name)
{
    uint64_t hash = table_hash(&parents->names, name->wire, name->len);
    struct table_link *link = table_find(&parents->names, hash, name);

    return link ? table_item(link, struct parent, link) : NULL;
}

void parents_forget(struct parents *parents, const uint8_t *name, size_t len)
{
    const struct name wanted = {name, len};
    struct parent *parent = find(parents, &wanted);

    if (parent)
        forget(parents, parent);
}

static struct parent *add(struct parents *parents, const struct name *name)
{
    struct parent *parent = malloc(sizeof *parent + name->len);

    if (!parent)
        return NULL;
    parent->len = name->len;
    memcpy(parent->name, name->wire, name->len);
    list_init(&parent->by_age);
    table_add(&parents->names, table_hash(&parents->names, name->wire, name->len),
              &parent->link);
    return parent;
}

static void remember(struct parents *parents, const struct name *name, int64_t now)
{
    struct parent *parent = find(parents, name);

    if (!parent && !(parent = add(parents, name)))
        return;
    parent->seen = now;
    list_remove(&parent->by_age);
    list_append(&parents->by_age, &parent->by_age);
    if (parents->names.count > PARENTS_MAX)
        forget(parents, oldest(parents));
}

/* All of them but the root, which always exists. */
static void remember_all(struct parents *parents, const struct question *question,
                         int64_t now)
{
    struct name name = {question->name, question->name_len};

    while (name.len > 1) {
        name.len -= 1u + *name.wire;
        name.wire += 1u + *name.wire;
        if (name.len > 1)
            remember(parents, &name, now);
    }
}

static bool is_parent(struct parents *parents, const struct question *question, int64_t now)
{
    const struct name name = {question->name, question->name_len};
    struct parent *parent = find(parents, &name);

    if (parent && now - parent->seen > PARENTS_STAY_MS) {
        forget(parents, parent);
        parent = NULL;
    }
    return parent != NULL;
}

void parents_see(struct parents *parents, const struct question *question,
                 struct answer *answer, int64_t now)
{
    if (answer->source == ANSWER_FROM_HOST && answer->count[SECTION_ANSWER] > 0)
        remember_all(parents, question, now);
    else if (answer->rcode == RCODE_NXDOMAIN && is_parent(parents, question, now))
        answer_spare_name(answer);
}
