#include "serve/names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/ents.h"

struct names {
    const struct local_data *local;
    size_t octets; /* of all lines */
    struct table by_name, by_address;
    struct ents ents; /* the names above these */
    struct fixed_name *all;
    struct fixed_name **last; /* where the next one goes */
};

/* The time at which names are entered and looked for: none of them ends. */
enum { FOR_EVER = 0 };

static bool is_named(struct table_link *link, const void *name)
{
    return name_equal(fixed_name(table_item(link, struct fixed_name, link)),
                      *(const struct name *)name);
}

static bool equal(const struct fixed_address *one, const struct fixed_address *other)
{
    return one->type == other->type &&
           memcmp(one->octets, other->octets, sizeof one->octets) == 0;
}

static bool is_address(struct table_link *link, const void *key)
{
    return equal(table_item(link, struct fixed_address, link), key);
}

struct fixed_name *names_find(const struct names *names, struct name name)
{
    uint8_t folded[NAME_WIRE_MAX];
    const struct name key = {folded, name.len};
    struct table_link *link;

    name_fold(folded, name.wire, name.len);
    link = table_find(&names->by_name, table_hash(&names->by_name, folded, key.len), &key);
    return link ? table_item(link, struct fixed_name, link) : NULL;
}

static uint64_t address_hash(const struct names *names, const struct fixed_address *address)
{
    return table_hash(&names->by_address, address->octets, sizeof address->octets);
}

const struct fixed_address *names_find_address(const struct names *names,
                                               const struct fixed_address *wanted)
{
    struct table_link *link =
        table_find(&names->by_address, address_hash(names, wanted), wanted);

    return link ? table_item(link, struct fixed_address, link) : NULL;
}

static struct fixed_name *enter(struct names *names, struct name name)
{
    struct fixed_name *named = calloc(1, sizeof *named);

    if (!named)
        return NULL;
    named->len = name.len;
    name_fold(named->name, name.wire, name.len);
    table_add(&names->by_name, table_hash(&names->by_name, named->name, named->len),
              &named->link);
    *names->last = named;
    names->last = &named->next;
    return ents_add(&names->ents, fixed_name(named), FOR_EVER) ? named : NULL;
}

static bool parse_address(const char *text, struct fixed_address *address)
{
    if (inet_pton(AF_INET, text, address->octets) == 1)
        address->type = TYPE_A;
    else if (inet_pton(AF_INET6, text, address->octets) == 1)
        address->type = TYPE_AAAA;
    else
        return false;
    return true;
}

static bool refuse(char why[static NAMES_REASON], const char *reason)
{
    snprintf(why, NAMES_REASON, "%s", reason);
    return false;
}

/* The reverse name leads to the first name of the address, as in the hosts file. */
static void enter_address(struct names *names, struct fixed_address *address)
{
    if (!names_find_address(names, address))
        table_add(&names->by_address, address_hash(names, address), &address->link);
}

/* Adds the address behind the others of the name, unless it is there already. */
static bool add_address(struct names *names, struct fixed_name *named,
                        const struct fixed_address *wanted)
{
    struct fixed_address **at = &named->addresses;

    while (*at && !equal(*at, wanted))
        at = &(*at)->next;
    if (*at)
        return true;
    *at = malloc(sizeof **at);
    if (!*at)
        return false;
    **at = *wanted;
    (*at)->named = named;
    enter_address(names, *at);
    return true;
}

/* Also true for a loop, since it goes on for longer than a chain may. */
static bool leads_back(const struct names *names, const struct fixed_name *named)
{
    const struct fixed_name *next = named;

    for (int i = 0; i < NAMES_CHAIN; i++) {
        if (next->target_len == 0)
            return false;
        next = names_find(names, fixed_target(next));
        if (!next)
            return false;
    }
    return next->target_len > 0;
}

/* "10.0.0.300" is meant to be an address: no top level name is a number (RFC 3696). */
static bool ends_in_number(const char *text)
{
    const char *dot = strrchr(text, '.');
    const char *label = dot ? dot + 1 : text;

    return *label && label[strspn(label, "0123456789")] == '\0';
}

static bool make_alias(struct fixed_name *named, bool is_new, const char *text,
                       char why[static NAMES_REASON])
{
    if (!is_new)
        return refuse(why, "an alias has one target and no addresses");
    named->target_len = name_from_host(text, named->target);
    if (named->target_len == 0 || ends_in_number(text))
        return refuse(why, "addresses or a name are needed behind the name");
    return true;
}

/* `rest` is what strtok_r() has left of a line. */
static bool add_addresses(struct names *names, struct fixed_name *named, char *rest,
                          char why[static NAMES_REASON])
{
    for (char *word = strtok_r(NULL, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        struct fixed_address address = {0};

        if (!parse_address(word, &address))
            return refuse(why, "addresses such as 10.0.2.2 or fd00::2 are needed");
        if (!add_address(names, named, &address))
            return refuse(why, "no memory");
    }
    return true;
}

static bool add_line(struct names *names, char *line, char why[static NAMES_REASON])
{
    uint8_t wire[NAME_WIRE_MAX];
    char *rest, *first = strtok_r(line, " \t", &rest);
    char *second = first ? strtok_r(NULL, " \t", &rest) : NULL;
    struct name name = {wire, second ? name_from_host(first, wire) : 0};
    struct fixed_address address = {0};
    struct fixed_name *named;
    bool is_new;

    if (name.len == 0)
        return refuse(why, "a name and its addresses, or another name, are needed");
    named = names_find(names, name);
    is_new = !named;
    if (is_new)
        named = enter(names, name);
    if (!named)
        return refuse(why, "no memory");
    if (!parse_address(second, &address))
        return make_alias(named, is_new, second, why) &&
               (!strtok_r(NULL, " \t", &rest) ||
                refuse(why, "an alias has one target and no addresses"));
    if (named->target_len > 0)
        return refuse(why, "an alias has one target and no addresses");
    return (add_address(names, named, &address) || refuse(why, "no memory")) &&
           add_addresses(names, named, rest, why);
}

/* The last line may have made a chain too long in its middle, so all are followed. */
static bool have_ends(const struct names *names, char why[static NAMES_REASON])
{
    for (const struct fixed_name *named = names->all; named; named = named->next)
        if (leads_back(names, named))
            return refuse(why, "a loop, or a chain of too many aliases");
    return true;
}

bool names_add(struct names *names, const char *line, char why[static NAMES_REASON])
{
    char *copy;
    bool done;

    names->octets += strlen(line) + 1;
    if (names->octets > NAMES_TEXT) {
        snprintf(why, NAMES_REASON, "all names together have at most %d octets",
                 NAMES_TEXT);
        return false;
    }
    copy = strdup(line);
    done = copy ? add_line(names, copy, why) && have_ends(names, why)
                : refuse(why, "no memory");
    free(copy);
    return done;
}

struct names *names_new(const struct local_data *local)
{
    struct names *names = calloc(1, sizeof *names);

    if (!names)
        return NULL;
    names->local = local;
    names->last = &names->all;
    if (ents_init(&names->ents, SIZE_MAX) == 0 &&
        table_init(&names->by_name, is_named) == 0 &&
        table_init(&names->by_address, is_address) == 0)
        return names;
    names_free(names);
    return NULL;
}

static void free_named(struct fixed_name *named)
{
    struct fixed_address *next;

    for (struct fixed_address *address = named->addresses; address; address = next) {
        next = address->next;
        free(address);
    }
    free(named);
}

void names_free(struct names *names)
{
    struct fixed_name *next;

    if (!names)
        return;
    for (struct fixed_name *named = names->all; named; named = next) {
        next = named->next;
        free_named(named);
    }
    table_free(&names->by_name);
    ents_free(&names->ents);
    table_free(&names->by_address);
    free(names);
}

const struct local_data *names_local(const struct names *names)
{
    return names->local;
}

bool names_have(const struct names *names, const struct question *question)
{
    return names && names_find(names, question_name(question));
}

void names_correct(const struct names *names, const struct question *question,
                   struct answer *answer)
{
    if (names)
        ents_correct(&names->ents, question, answer, FOR_EVER);
}
