#include "lookup/nss_line.h"

#include <string.h>

#include "base/hosts_line.h"

/* The state of reading the file's line and writing the one that libc is to follow. */
struct draft {
    char *line;
    size_t len;
    struct sources *sources;
    enum resolved_state resolved;
    size_t count, dns_at;   /* the sources so far, and which of them is `dns`; 0: none */
    bool starts_with_files; /* the first is `files`, without actions */
    bool may_hide_dns; /* an action may end the search before DNS with DNS's own code */
    bool is_unbounded; /* a source may know any name, or its actions are unusual */
    bool is_written;   /* it differs from the file's */
    bool is_over;      /* libc never comes to the sources behind */
};

static bool is_default(const struct hosts_source *source)
{
    return source->on[HOSTS_SUCCESS] == HOSTS_RETURN &&
           source->on[HOSTS_NOTFOUND] == HOSTS_CONTINUE &&
           source->on[HOSTS_UNAVAIL] == HOSTS_CONTINUE &&
           source->on[HOSTS_TRYAGAIN] == HOSTS_CONTINUE;
}

static bool may_hide_dns(const struct hosts_source *source)
{
    return source->on[HOSTS_SUCCESS] == HOSTS_MERGE ||
           source->on[HOSTS_NOTFOUND] == HOSTS_MERGE ||
           source->on[HOSTS_UNAVAIL] != HOSTS_CONTINUE ||
           source->on[HOSTS_TRYAGAIN] != HOSTS_CONTINUE;
}

/* mdns_minimal, mdns4_minimal and mdns6_minimal. */
static bool is_minimal_mdns(const struct hosts_source *source)
{
    static const char end[] = "_minimal";
    size_t len = source->name_len, end_len = sizeof end - 1;

    return len > end_len && strncmp(source->name, "mdns", 4) == 0 &&
           memcmp(source->name + len - end_len, end, end_len) == 0;
}

/*
 * Notes which kinds of names the source knows. For other names `files` and `myhostname`
 * return NOTFOUND. The minimal mDNS returns UNAVAIL, so its usual action,
 * [NOTFOUND=return], does not end the search for them.
 */
static void note_bounds(struct draft *draft, const struct hosts_source *source)
{
    struct sources *sources = draft->sources;
    bool leads_on = source->on[HOSTS_NOTFOUND] == HOSTS_CONTINUE;

    if (may_hide_dns(source))
        draft->is_unbounded = true;
    else if (hosts_source_is(source, "files") && leads_on)
        sources->have_files = true;
    else if (hosts_source_is(source, "myhostname") && leads_on)
        sources->have_machine = true;
    else if (is_minimal_mdns(source))
        sources->have_mdns = true;
    else
        draft->is_unbounded = true;
}

static bool has_action(const struct hosts_source *source, enum hosts_action action)
{
    for (int i = 0; i < HOSTS_STATUSES; i++)
        if (source->on[i] == action)
            return true;
    return false;
}

static void append(struct draft *draft, const char *text, size_t len)
{
    memcpy(draft->line + draft->len, text, len);
    draft->len += len;
    draft->line[draft->len] = '\0';
}

static void put(struct draft *draft, const char *text, size_t len)
{
    append(draft, " ", draft->len > 0);
    append(draft, text, len);
}

static void put_source(struct draft *draft, const struct hosts_source *source)
{
    draft->count++;
    if (draft->count == 1)
        draft->starts_with_files = hosts_source_is(source, "files") && is_default(source);
    if (draft->dns_at == 0)
        draft->may_hide_dns |= may_hide_dns(source);
    note_bounds(draft, source);
    put(draft, source->name, source->len);
}

/* Writes `dns` for a source, which may be `resolve`, with the actions of that source. */
static void put_dns(struct draft *draft, const struct hosts_source *source)
{
    draft->count++;
    draft->is_unbounded |= draft->dns_at > 0 || has_action(source, HOSTS_MERGE) ||
                           source->on[HOSTS_SUCCESS] != HOSTS_RETURN;
    put(draft, "dns", 3);
    if (!draft->is_over)
        append(draft, source->name + source->name_len, source->len - source->name_len);
}

static void put_first_dns(struct draft *draft, const struct hosts_source *source)
{
    put_dns(draft, source);
    draft->dns_at = draft->count;
    draft->may_hide_dns |= source->on[HOSTS_SUCCESS] == HOSTS_MERGE;
    draft->sources->then_if_denied = source->on[HOSTS_NOTFOUND] != HOSTS_RETURN;
    draft->sources->then_if_failed = source->on[HOSTS_TRYAGAIN] != HOSTS_RETURN;
}

/* The first name servers of the line stand for its `dns`; others are asked next. */
static void put_servers(struct draft *draft, const struct hosts_source *source,
                        enum sources_servers servers)
{
    if (draft->dns_at == 0) {
        draft->sources->servers = servers;
        put_first_dns(draft, source);
    } else if (draft->sources->servers == servers) {
        put_dns(draft, source);
    } else {
        draft->sources->then = servers;
        draft->is_written = true;
    }
}

static bool names_dns(const char *rest)
{
    struct hosts_source source;

    while (hosts_line_next(&rest, &source) == HOSTS_SOURCE)
        if (hosts_source_is(&source, "dns"))
            return true;
    return false;
}

/* For libc a source that does not run is unavailable. But if no DNS follows, the lookup has
 * failed, and the name must not be denied: `dns` with these servers makes it fail. */
static void put_absent(struct draft *draft, const struct hosts_source *source,
                       const char *rest, enum sources_servers servers)
{
    bool ends = source->on[HOSTS_UNAVAIL] == HOSTS_RETURN;

    draft->is_written = true;
    draft->is_over = ends;
    if (draft->dns_at == 0 && (ends || !names_dns(rest))) {
        draft->is_over = true;
        draft->sources->servers = servers;
        put_first_dns(draft, source);
        draft->is_over = ends;
    }
}

static void put_resolve(struct draft *draft, const struct hosts_source *source,
                        const char *rest)
{
    switch (draft->resolved) {
    case RESOLVED_STUB:
        draft->is_written = true;
        /* The libc stub always answers, so for libc DNS is never unavailable. */
        draft->is_over = hosts_source_ends(source);
        put_servers(draft, source, SERVERS_OF_RESOLVED);
        return;
    case RESOLVED_HIDDEN:
        draft->sources->doubted = true;
        put_source(draft, source);
        return;
    case RESOLVED_LOOPS:
        draft->sources->stub_loops = true;
        put_absent(draft, source, rest, SERVERS_OF_RESOLVED);
        return;
    case RESOLVED_ABSENT:
        put_absent(draft, source, rest, SERVERS_NONE);
    }
}

static enum nss_line finish(const struct draft *draft)
{
    struct sources *sources = draft->sources;
    bool is_last = draft->dns_at > 0 && draft->dns_at == draft->count;

    sources->follow_dns = draft->dns_at > 0 && !is_last;
    sources->end_in_dns = is_last && !draft->may_hide_dns;
    sources->are_bounded = !draft->is_unbounded;
    sources->has_dns = draft->dns_at > 0;
    sources->files_first = draft->starts_with_files;
    sources->files_then_dns =
        sources->end_in_dns && draft->count == 2 && draft->starts_with_files;
    return draft->is_written ? LINE_WRITTEN : LINE_AS_IT_IS;
}

void nss_line_write_none(char *line)
{
    strcpy(line, "hostdns_none"); /* no source has this name */
}

enum nss_line nss_line_refuse(struct sources *sources, char *line)
{
    *sources = (struct sources){.follow_dns = true, .then = SERVERS_NONE};
    *line = '\0';
    return LINE_WRONG;
}

enum nss_line nss_line_read(const char *text, enum resolved_state resolved,
                            struct sources *sources, char *line)
{
    struct draft draft = {.line = line, .sources = sources, .resolved = resolved};
    static char copy[NSS_TEXT];
    struct hosts_source source;
    enum hosts_next next = HOSTS_SOURCE;
    const char *at = copy;
    size_t len;
    const char *found = hosts_line_find(text, &len);

    nss_line_refuse(sources, line);
    if (!found)
        return LINE_MISSING;
    memcpy(copy, found, len);
    copy[len] = '\0';
    while (!draft.is_over && (next = hosts_line_next(&at, &source)) == HOSTS_SOURCE)
        if (hosts_source_is(&source, "resolve"))
            put_resolve(&draft, &source, at);
        else if (hosts_source_is(&source, "dns"))
            put_servers(&draft, &source, SERVERS_OF_RESOLV_CONF);
        else
            put_source(&draft, &source);
    if (next == HOSTS_WRONG)
        return LINE_WRONG;
    if (draft.count > 0)
        return finish(&draft);
    nss_line_write_none(line); /* libc reads past the end of an empty list (glibc 2.36) */
    return LINE_WRITTEN;
}
