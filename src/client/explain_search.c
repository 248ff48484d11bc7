#include "client/explain_search.h"

#include "base/xalloc.h"
#include "client/explain_libc.h"
#include "client/fork_join.h"

#include <stdlib.h>
#include <string.h>

enum { TRIED_MAX = 8 };

/* The name with each domain; all are asked at the same time. */
struct tries {
    struct finding_subject subjects[TRIED_MAX];
    struct explain_libc questions[TRIED_MAX];
    struct forked forked[TRIED_MAX];
    size_t count;
};

/* True for a name server that libc asks, if it has something else or nothing. */
static bool differs(const struct finding_server *server, const struct finding *said)
{
    return server->is_of_host && server->count > 0 &&
           !findings_server_says(server, &said->found);
}

static bool is_needed(const struct findings *findings, const struct finding *said)
{
    if (!said || said->outcome != FINDING_FOUND || findings->subject.is_address)
        return false;
    for (size_t i = 0; i < findings->server_count; i++)
        if (differs(&findings->servers[i], said))
            return true;
    return false;
}

/* The final dot keeps libc from trying more domains. */
static void add(struct tries *tries, const struct findings *findings, char *name)
{
    struct finding_subject *subject = &tries->subjects[tries->count];
    struct explain_libc *question = &tries->questions[tries->count];

    *subject = (struct finding_subject){.family = findings->subject.family};
    subject->name = xasprintf("%s.", name);
    *question = (struct explain_libc){.subject = subject, .line = "dns", .is_source = true};
    tries->forked[tries->count++] = (struct forked){.work = explain_libc_work,
                                                    .context = question,
                                                    .who = "dns",
                                                    .patience_ms = findings->patience_ms};
}

static void add_all(struct tries *tries, const struct findings *findings)
{
    struct search search = findings->host.search;
    const char *name = findings->subject.name;
    char *tried;

    search.is_on = true;
    for (size_t i = 0; tries->count < TRIED_MAX && (tried = search_name(&search, name, i));
         i++) {
        if (strcmp(tried, name) != 0 && tried[strlen(tried) - 1] != '.')
            add(tries, findings, tried);
        free(tried);
    }
}

/* Takes the first name, in libc's order, with the same result as libc's. */
static void take(struct findings *findings, const struct finding *said,
                 const struct tries *tries, size_t at)
{
    struct finding tried;
    const char *name = tries->subjects[at].name;

    explain_libc_read(&tried, &tries->questions[at], &tries->forked[at]);
    if (!findings->searched && tried.outcome == FINDING_FOUND &&
        texts_are_same(&tried.found, &said->found))
        findings->searched = print_safe(name, strlen(name) - 1);
    finding_free(&tried);
}

bool explain_search(struct findings *findings, FILE *terminal)
{
    const struct finding *said = findings_of(findings, "dns");
    struct tries tries = {.count = 0};
    bool goes_on = true;

    if (!is_needed(findings, said))
        return true;
    add_all(&tries, findings);
    goes_on = fork_join(tries.forked, tries.count, terminal);
    for (size_t i = 0; i < tries.count; i++) {
        take(findings, said, &tries, i);
        forked_free(&tries.forked[i]);
        free(tries.subjects[i].name);
    }
    return goes_on;
}
