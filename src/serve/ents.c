#include "serve/ents.h"

#include <stdlib.h>
#include <string.h>

struct ent {
    struct table_link link;
    struct list by_age;
    int64_t seen; /* clock_ms() */
    size_t len;
    uint8_t wire[];
};

static bool has_name(struct table_link *link, const void *name)
{
    const struct ent *ent = table_item(link, struct ent, link);

    return name_equal((struct name){ent->wire, ent->len}, *(const struct name *)name);
}

int ents_init(struct ents *ents, size_t most)
{
    list_init(&ents->by_age);
    ents->most = most;
    return table_init(&ents->names, has_name);
}

static struct ent *oldest(const struct ents *ents)
{
    return list_first(&ents->by_age, struct ent, by_age);
}

static void forget(struct ents *ents, struct ent *ent)
{
    table_remove(&ents->names, &ent->link);
    list_remove(&ent->by_age);
    free(ent);
}

void ents_clear(struct ents *ents)
{
    while (oldest(ents))
        forget(ents, oldest(ents));
}

void ents_free(struct ents *ents)
{
    ents_clear(ents);
    table_free(&ents->names);
}

static uint64_t hash_of(const struct ents *ents, struct name name)
{
    return table_hash(&ents->names, name.wire, name.len);
}

static struct ent *find(const struct ents *ents, struct name name)
{
    struct table_link *link = table_find(&ents->names, hash_of(ents, name), &name);

    return link ? table_item(link, struct ent, link) : NULL;
}

void ents_forget(struct ents *ents, struct name name)
{
    struct ent *ent = find(ents, name);

    if (ent)
        forget(ents, ent);
}

static struct ent *add(struct ents *ents, struct name name)
{
    struct ent *ent = malloc(sizeof *ent + name.len);

    if (!ent)
        return NULL;
    ent->len = name.len;
    memcpy(ent->wire, name.wire, name.len);
    list_init(&ent->by_age);
    table_add(&ents->names, hash_of(ents, name), &ent->link);
    return ent;
}

static bool remember(struct ents *ents, struct name name, int64_t now)
{
    struct ent *ent = find(ents, name);

    if (!ent && !(ent = add(ents, name)))
        return false;
    ent->seen = now;
    list_remove(&ent->by_age);
    list_append(&ents->by_age, &ent->by_age);
    if (ents->names.count > ents->most)
        forget(ents, oldest(ents));
    return true;
}

/* The root is left out, since nobody denies it. */
bool ents_add(struct ents *ents, struct name name, int64_t now)
{
    while (name.len > 1 && (name = name_parent(name)).len > 1)
        if (!remember(ents, name, now))
            return false;
    return true;
}

bool ents_have(const struct ents *ents, const struct question *question, int64_t now)
{
    const struct ent *ent = find(ents, question_name(question));

    return ent && now - ent->seen <= ENTS_TTL_MS;
}

void ents_correct(const struct ents *ents, const struct question *question,
                  struct answer *answer, int64_t now)
{
    if (answer->rcode == RCODE_NXDOMAIN && ents_have(ents, question, now))
        answer_spare_name(answer);
}
