#include "serve/names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "dns/reverse.h"

enum { ADDRESS_SIZE = 16 };

struct address {
    struct address *next;
    const struct named *named;
    struct table_link link; /* of the first one of its kind */
    uint16_t type;          /* TYPE_A or TYPE_AAAA */
    uint8_t octets[ADDRESS_SIZE];
};

struct named {
    struct table_link link;
    struct named *next;        /* among all */
    struct address *addresses; /* in their order; NULL for an alias */
    size_t len, target_len;
    uint8_t name[NAME_WIRE_MAX]; /* folded */
    uint8_t target[NAME_WIRE_MAX];
};

/* A name that exists because there is one below it. */
struct parent {
    struct table_link link;
    struct parent *next;
    const uint8_t *name; /* the end of a named one */
    size_t len;
};

struct names {
    struct table by_name, by_parent, by_address;
    struct parent *parents;
    struct named *all;
    struct named **last; /* where the next one goes */
};

struct wire {
    const uint8_t *octets;
    size_t len;
};

static bool is_named(struct table_link *link, const void *key)
{
    const struct named *named = table_item(link, struct named, link);
    const struct wire *name = key;

    return named->len == name->len && memcmp(named->name, name->octets, name->len) == 0;
}

static bool is_parent(struct table_link *link, const void *key)
{
    const struct parent *parent = table_item(link, struct parent, link);
    const struct wire *name = key;

    return parent->len == name->len && memcmp(parent->name, name->octets, name->len) == 0;
}

static bool is_address(struct table_link *link, const void *key)
{
    const struct address *address = table_item(link, struct address, link);
    const struct address *wanted = key;

    return address->type == wanted->type &&
           memcmp(address->octets, wanted->octets, ADDRESS_SIZE) == 0;
}

static struct table_link *look_for(const struct table *table, const uint8_t *name,
                                   size_t len)
{
    uint8_t folded[NAME_WIRE_MAX];
    const struct wire key = {folded, len};

    name_fold(folded, name, len);
    return table_find(table, table_hash(table, folded, len), &key);
}

static struct named *find(const struct names *names, const uint8_t *name, size_t len)
{
    struct table_link *link = look_for(&names->by_name, name, len);

    return link ? table_item(link, struct named, link) : NULL;
}

static uint64_t address_hash(const struct names *names, const struct address *address)
{
    return table_hash(&names->by_address, address->octets, ADDRESS_SIZE);
}

static struct address *find_address(const struct names *names, const struct address *wanted)
{
    struct table_link *link =
        table_find(&names->by_address, address_hash(names, wanted), wanted);

    return link ? table_item(link, struct address, link) : NULL;
}

/* All above the name but the root, which always exists. */
static bool enter_parents(struct names *names, const struct named *named)
{
    for (size_t at = named->name[0] + 1u; named->len - at > 1; at += named->name[at] + 1u) {
        struct parent *parent;

        if (look_for(&names->by_parent, named->name + at, named->len - at))
            return true; /* and those above it */
        parent = malloc(sizeof *parent);
        if (!parent)
            return false;
        *parent = (struct parent){
            .next = names->parents, .name = named->name + at, .len = named->len - at};
        names->parents = parent;
        table_add(&names->by_parent,
                  table_hash(&names->by_parent, parent->name, parent->len), &parent->link);
    }
    return true;
}

static struct named *enter(struct names *names, const uint8_t *name, size_t len)
{
    struct named *named = calloc(1, sizeof *named);

    if (!named)
        return NULL;
    named->len = len;
    name_fold(named->name, name, len);
    table_add(&names->by_name, table_hash(&names->by_name, named->name, len), &named->link);
    *names->last = named;
    names->last = &named->next;
    return enter_parents(names, named) ? named : NULL;
}

static bool parse_address(const char *text, struct address *address)
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

/* The reverse name has the first name of the address, as with the hosts file. */
static void enter_address(struct names *names, struct address *address)
{
    if (!find_address(names, address))
        table_add(&names->by_address, address_hash(names, address), &address->link);
}

/* At the end, unless it is there already. */
static bool add_address(struct names *names, struct named *named,
                        const struct address *wanted)
{
    struct address **at = &named->addresses;

    while (*at && ((*at)->type != wanted->type ||
                   memcmp((*at)->octets, wanted->octets, ADDRESS_SIZE) != 0))
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

/* Or goes on for too long, which a loop does. */
static bool leads_back(const struct names *names, const struct named *named)
{
    const struct named *next = named;

    for (int i = 0; i < NAMES_CHAIN; i++) {
        if (next->target_len == 0)
            return false;
        next = find(names, next->target, next->target_len);
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

static bool make_alias(struct named *named, bool is_new, const char *text,
                       char why[static NAMES_REASON])
{
    if (!is_new)
        return refuse(why, "an alias has nothing else");
    named->target_len = name_from_host(text, named->target);
    if (named->target_len == 0 || ends_in_number(text))
        return refuse(why, "addresses or a name are needed behind the name");
    return true;
}

/* Words of a line that has been cut into them. */
static bool add_addresses(struct names *names, struct named *named, char *rest,
                          char why[static NAMES_REASON])
{
    for (char *word = strtok_r(NULL, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        struct address address = {0};

        if (!parse_address(word, &address))
            return refuse(why, "addresses such as 10.0.2.2 or fd00::2 are needed");
        if (!add_address(names, named, &address))
            return refuse(why, "no memory");
    }
    return true;
}

static bool add_line(struct names *names, char *line, char why[static NAMES_REASON])
{
    uint8_t name[NAME_WIRE_MAX];
    char *rest, *first = strtok_r(line, " \t", &rest);
    char *second = first ? strtok_r(NULL, " \t", &rest) : NULL;
    size_t len = second ? name_from_host(first, name) : 0;
    struct address address = {0};
    struct named *named;
    bool is_new;

    if (len == 0)
        return refuse(why, "a name and its addresses, or another name, are needed");
    named = find(names, name, len);
    is_new = !named;
    if (is_new)
        named = enter(names, name, len);
    if (!named)
        return refuse(why, "no memory");
    if (!parse_address(second, &address))
        return make_alias(named, is_new, second, why) &&
               (!strtok_r(NULL, " \t", &rest) || refuse(why, "an alias has nothing else"));
    if (named->target_len > 0)
        return refuse(why, "an alias has nothing else");
    return (add_address(names, named, &address) || refuse(why, "no memory")) &&
           add_addresses(names, named, rest, why);
}

/* The last line may have made a chain too long in its middle: all are looked at. */
static bool have_ends(const struct names *names, char why[static NAMES_REASON])
{
    for (const struct named *named = names->all; named; named = named->next)
        if (leads_back(names, named))
            return refuse(why, "a loop, or a chain of too many aliases");
    return true;
}

bool names_add(struct names *names, const char *line, char why[static NAMES_REASON])
{
    char *copy = strdup(line);
    bool done = copy ? add_line(names, copy, why) && have_ends(names, why)
                     : refuse(why, "no memory");

    free(copy);
    return done;
}

static bool add_lines(struct names *names, const char *lines, char why[static NAMES_REASON])
{
    char *copy = strdup(lines), *rest = copy, *line;
    bool done = copy || refuse(why, "no memory");

    while (done && (line = strsep(&rest, "\n")) && rest)
        done = add_line(names, line, why);
    free(copy);
    return done && have_ends(names, why);
}

struct names *names_new(const char *lines, char why[static NAMES_REASON])
{
    struct names *names = calloc(1, sizeof *names);

    if (names)
        names->last = &names->all;
    if (!names || table_init(&names->by_name, is_named) == -1 ||
        table_init(&names->by_parent, is_parent) == -1 ||
        table_init(&names->by_address, is_address) == -1)
        refuse(why, "no memory");
    else if (add_lines(names, lines, why))
        return names;
    names_free(names);
    return NULL;
}

static void free_named(struct named *named)
{
    struct address *next;

    for (struct address *address = named->addresses; address; address = next) {
        next = address->next;
        free(address);
    }
    free(named);
}

void names_free(struct names *names)
{
    struct named *next;
    struct parent *parent;

    if (!names)
        return;
    while ((parent = names->parents)) {
        names->parents = parent->next;
        free(parent);
    }
    for (struct named *named = names->all; named; named = next) {
        next = named->next;
        free_named(named);
    }
    table_free(&names->by_name);
    table_free(&names->by_parent);
    table_free(&names->by_address);
    free(names);
}

/* Answers. */

static bool is_wanted(const struct names_config *config, uint16_t asked, uint16_t type)
{
    return (asked == type || asked == TYPE_ANY) && !(type == TYPE_AAAA && config->no_aaaa);
}

static void say_addresses(const struct names_config *config,
                          const struct question *question, const struct named *named,
                          uint16_t owner, struct answer *answer)
{
    for (const struct address *address = named->addresses; address; address = address->next)
        if (is_wanted(config, question->type, address->type))
            answer_add_address(answer, owner, address->type, address->octets, config->ttl);
}

/* Adds the CNAME records as far as names of ours go. The last one's own entry, if it is
 * one; the owner of what comes next. */
static const struct named *follow(const struct names_config *config,
                                  const struct named *named, struct answer *answer,
                                  uint16_t *owner)
{
    const struct named *next = named;

    while (next && next->target_len > 0) {
        answer_add_name(answer, *owner, TYPE_CNAME, next->target, next->target_len,
                        config->ttl, owner);
        named = next;
        next = find(config->names, next->target, next->target_len);
    }
    return next ? next : named;
}

static enum names_say say_of(const struct names_config *config,
                             const struct question *question, const struct named *named,
                             struct answer *answer, struct question *target)
{
    uint16_t owner = ANSWER_OWNER_QUESTION;
    unsigned before;

    /* Who asks for the CNAME itself, or for whatever there is, gets no further. */
    if (named->target_len > 0 &&
        (question->type == TYPE_CNAME || question->type == TYPE_ANY)) {
        answer_add_name(answer, owner, TYPE_CNAME, named->target, named->target_len,
                        config->ttl, NULL);
        return NAMES_ALL;
    }
    named = follow(config, named, answer, &owner);
    if (named->target_len > 0) {
        *target = *question;
        target->name_len = (uint8_t)named->target_len;
        memcpy(target->name, named->target, named->target_len);
        return NAMES_ALIAS;
    }
    before = answer->count[SECTION_ANSWER];
    say_addresses(config, question, named, owner, answer);
    if (answer->count[SECTION_ANSWER] == before && config->negative_ttl > 0)
        answer_add_soa_at(answer, owner, config->negative_ttl);
    return NAMES_ALL;
}

/* The reverse name of a fixed address. */
static enum names_say say_reverse(const struct names_config *config,
                                  const struct question *question, struct answer *answer)
{
    struct address wanted = {0};
    enum reverse_kind kind =
        reverse_parse(question->name, question->name_len, wanted.octets);
    const struct address *known = NULL;

    wanted.type = kind == REVERSE_IP4 ? TYPE_A : TYPE_AAAA;
    if (kind == REVERSE_IP4 || kind == REVERSE_IP6)
        known = find_address(config->names, &wanted);
    if (!known)
        return NAMES_NOTHING;
    if (question->type == TYPE_PTR || question->type == TYPE_ANY)
        answer_add_name(answer, ANSWER_OWNER_QUESTION, TYPE_PTR, known->named->name,
                        known->named->len, config->ttl, NULL);
    if (answer->count[SECTION_ANSWER] == 0 && config->negative_ttl > 0)
        answer_add_soa_at(answer, ANSWER_OWNER_QUESTION, config->negative_ttl);
    return NAMES_ALL;
}

bool names_have(const struct names *names, const struct question *question)
{
    return names && find(names, question->name, question->name_len);
}

void names_see(const struct names *names, const struct question *question,
               struct answer *answer)
{
    if (names && answer->rcode == RCODE_NXDOMAIN &&
        look_for(&names->by_parent, question->name, question->name_len))
        answer_spare_name(answer);
}

enum names_say names_ask(const struct names_config *config, const struct question *question,
                         struct answer *answer, struct question *target)
{
    const struct named *named;

    if (!config->names || !config->names->all)
        return NAMES_NOTHING;
    named = find(config->names, question->name, question->name_len);
    return named ? say_of(config, question, named, answer, target)
                 : say_reverse(config, question, answer);
}
