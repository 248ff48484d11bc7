#include "client/explain_why_sources.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED_MAX = 4 };

static const char *knows_it(const struct findings *findings)
{
    return findings->subject.is_address ? "has a name for it" : "knows the name";
}

/* A source that does not come back */

static bool is_lost(const struct finding *said)
{
    return said->outcome == FINDING_SILENT || said->outcome == FINDING_CRASHED ||
           said->outcome == FINDING_ENDED;
}

static void tell_loss(const struct findings *findings, size_t at, struct texts *why)
{
    const struct finding *said = findings_said(findings, at);
    const char *label = findings->sources[at].label;
    size_t last = findings_last_asked(findings);

    if (last < at)
        texts_put(why, "%s %s, but the search ends before it: programs do not notice.",
                  label,
                  said->outcome == FINDING_SILENT ? "does not come back in time"
                                                  : "ends the process that asks it");
    else if (said->outcome == FINDING_SILENT)
        texts_put(why,
                  "%s has not come back within %g s: every program that looks this up "
                  "waits for it.",
                  label, findings->patience_ms / 1000.0);
    else
        texts_put(why,
                  "%s ends every program that looks this up, since modules of "
                  "nsswitch.conf run inside of it.",
                  label);
}

/* True if even `files`, which asks nobody, has not come back: then no source is at
 * fault. */
static bool is_libc_lost(const struct findings *findings)
{
    const struct finding *files = findings_of(findings, "files");

    for (size_t i = 0; i < findings->source_count; i++)
        if (!is_lost(findings_said(findings, i)))
            return false;
    return files != NULL;
}

static void tell_libc(const struct findings *findings, struct texts *why)
{
    texts_put(why,
              "libc %s before it comes to any source: resolv.conf may hold what it cannot "
              "read.",
              findings->all.outcome == FINDING_SILENT ? "hangs" : "ends the program");
}

static void why_lost(const struct findings *findings, struct texts *why)
{
    size_t last = findings_last_asked(findings);
    bool ends_there =
        last < findings->source_count && is_lost(findings_said(findings, last));

    if (is_libc_lost(findings)) {
        tell_libc(findings, why);
        return;
    }
    for (size_t i = 0; i < (ends_there ? last + 1 : findings->source_count); i++)
        if (findings->sources[i].same_as == i && is_lost(findings_said(findings, i)))
            tell_loss(findings, i, why);
}

/* The source that decides */

/* The next source that has found something, or source_count. */
static size_t next_found(const struct findings *findings, size_t at)
{
    while (++at < findings->source_count && !finding_is_found(findings_said(findings, at)))
        ;
    return at < findings->source_count ? at : findings->source_count;
}

static bool is_dns(const char *source)
{
    return strcmp(source, "dns") == 0 || strcmp(source, "resolve") == 0;
}

/* If an address has several names, libc gives the first one. */
static bool is_same(const struct findings *findings, const struct texts *found,
                    const struct texts *other)
{
    return findings->subject.is_address ? texts_have(other, found->all[0])
                                        : texts_are_same(found, other);
}

/* Says what the other one has; DNS may have it under another name. */
static void tell_first(const struct findings *findings, size_t last, const char *other,
                       const struct texts *otherwise, struct texts *why)
{
    const char *searched = strcmp(other, "dns") == 0 ? findings->searched : NULL;
    char *list = texts_join(otherwise, NAMED_MAX);

    texts_put(why, "%s %s, and the search ends there: %s, which says %s%s%s, is not asked.",
              findings->sources[last].label, knows_it(findings), other, list,
              searched ? " of " : "", searched ? searched : "");
    free(list);
}

/* True if a later source would say something else. */
static bool why_before_source(const struct findings *findings, size_t last,
                              struct texts *why)
{
    const struct texts *found = &findings_said(findings, last)->found;
    size_t next = last;

    while ((next = next_found(findings, next)) < findings->source_count) {
        const struct texts *other = &findings_said(findings, next)->found;

        if (is_same(findings, found, other))
            continue;
        tell_first(findings, last, findings->sources[next].label, other, why);
        return true;
    }
    return false;
}

/* DNS is compared even if no later source asks it. */
static void why_before_dns(const struct findings *findings, size_t last, struct texts *why)
{
    const struct texts *found = &findings_said(findings, last)->found;

    for (size_t i = 0; i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];
        struct texts told = findings_server_texts(server);
        bool differs =
            !server->is_ours && told.count > 0 && !is_same(findings, found, &told);

        if (differs)
            tell_first(findings, last, server->name, &told, why);
        free(told.all);
        if (differs)
            return;
    }
}

static void why_first(const struct findings *findings, size_t last, struct texts *why)
{
    if (!why_before_source(findings, last, why) && !is_dns(findings->sources[last].name))
        why_before_dns(findings, last, why);
}

static const char *status_of(const struct finding *said)
{
    switch (said->outcome) {
    case FINDING_NO_NAME:
    case FINDING_ALIAS:
        return "says \"not found\"";
    case FINDING_NO_DATA:
        return "says that there are no addresses";
    case FINDING_FAILED:
        return "fails";
    case FINDING_ABSENT:
        return "is not installed";
    default:
        return "is not available";
    }
}

/* An action ends the search, so that a source that has the name is not asked. */
static void why_ended(const struct findings *findings, size_t last, struct texts *why)
{
    const struct finding_source *source = &findings->sources[last];
    size_t next = next_found(findings, last);

    if (next < findings->source_count)
        texts_put(why,
                  "%s %s, and %s behind it ends the search: %s, which %s, is not asked.",
                  source->label, status_of(findings_said(findings, last)), source->actions,
                  findings->sources[next].label, knows_it(findings));
}

/* [SUCCESS=continue], or merge. */
static void why_passed(const struct findings *findings, size_t last, struct texts *why)
{
    for (size_t i = 0; i < last; i++)
        if (finding_is_found(findings_said(findings, i)))
            texts_put(why, "%s %s, but %s behind it has the search go on.",
                      findings->sources[i].label, knows_it(findings),
                      findings->sources[i].actions);
}

static void why_order(const struct findings *findings, struct texts *why)
{
    size_t last = findings_last_asked(findings);

    why_passed(findings, last, why);
    if (last == findings->source_count || is_lost(findings_said(findings, last)))
        return;
    if (finding_is_found(findings_said(findings, last)))
        why_first(findings, last, why);
    else
        why_ended(findings, last, why);
}

static void why_absent(const struct findings *findings, struct texts *why)
{
    if (finding_is_found(&findings->all) || is_lost(&findings->all))
        return;
    for (size_t i = 0; i < findings->source_count; i++)
        if (findings->sources[i].same_as == i &&
            findings_said(findings, i)->outcome == FINDING_ABSENT)
            texts_put(why,
                      "%s stands in the hosts: line but is not installed: libc passes "
                      "it over.",
                      findings->sources[i].label);
}

/* Programs that ask DNS themselves do not find what another source knows. */

/* True if a name server has answered, and none has the name. */
static bool dns_denies(const struct findings *findings)
{
    bool denies = false;

    for (size_t i = 0; i < findings->server_count; i++) {
        const struct finding_server *server = &findings->servers[i];

        if (server->is_ours || server->count == 0)
            continue;
        if (findings_server_found(server))
            return false;
        denies |= finding_has_answered(&server->answers[0]);
    }
    return denies;
}

static void why_only_here(const struct findings *findings, struct texts *why)
{
    size_t last = findings_last_asked(findings);

    if (last < findings->source_count && finding_is_found(findings_said(findings, last)) &&
        !is_dns(findings->sources[last].name) && dns_denies(findings))
        texts_put(why,
                  "%s %s, and DNS does not: programs that ask name servers by themselves "
                  "find it at hostdnsd only.",
                  findings->sources[last].label, knows_it(findings));
}

static void why_not_dns(const struct findings *findings, struct texts *why)
{
    if (finding_is_found(&findings->all) || findings_of(findings, "dns") ||
        findings_of(findings, "resolve"))
        return;
    for (size_t i = 0; i < findings->server_count; i++)
        if (!findings->servers[i].is_ours && findings_server_found(&findings->servers[i])) {
            texts_put(why,
                      "The hosts: line has neither dns nor resolve, so that no name server "
                      "is asked, though %s %s.",
                      findings->servers[i].name, knows_it(findings));
            return;
        }
}

void explain_why_sources(const struct findings *findings, struct texts *why)
{
    why_lost(findings, why);
    why_order(findings, why);
    why_only_here(findings, why);
    why_not_dns(findings, why);
    why_absent(findings, why);
}
