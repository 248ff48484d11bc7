#include "client/explain_why_ours.h"

#include "dns/rcode.h"

#include <stdlib.h>
#include <string.h>

enum { LATE_US = 4000000 }; /* hostdnsd waits a little longer */

/* libc gives an address one name, but DNS may have several. */
static bool agrees(const struct findings *findings, const struct finding_server *ours)
{
    struct texts told = findings_server_texts(ours);
    const struct texts *found = &findings->all.found;
    bool same = findings->subject.is_address && found->count > 0
                    ? texts_have(&told, found->all[0])
                    : texts_are_same(&told, found);

    free(told.all);
    return same;
}

static const struct finding_answer *kept_answer(const struct finding_server *ours)
{
    for (size_t i = 0; i < ours->count; i++)
        if (ours->answers[i].source.has_age)
            return &ours->answers[i];
    return NULL;
}

static bool answers_by_itself(const struct finding_server *ours)
{
    return ours->answers[0].has_source &&
           strcmp(ours->answers[0].source.text, "the server itself") == 0;
}

static bool ends_with_dot(const char *name)
{
    size_t len = strlen(name);

    return len > 1 && name[len - 1] == '.';
}

static void why_ours_differs(const struct findings *findings,
                             const struct finding_server *ours, struct texts *why)
{
    const struct finding_answer *kept = kept_answer(ours);

    if (kept && kept->source.how == WAY_STALE)
        texts_put(why,
                  "What %s says is stale, %u s old: it could not look the name up again.",
                  ours->name, kept->source.age);
    else if (kept)
        texts_put(why,
                  "What %s says is %u s old, and would now be found otherwise; it is kept "
                  "for %u s more (hostdnsctl flush forgets it).",
                  ours->name, kept->source.age, kept->source.left);
    else if (answers_by_itself(ours))
        texts_put(why,
                  "%s answers for this name by itself: it is a special one, or one that "
                  "the operator has given.",
                  ours->name);
    else if (!finding_is_found(&findings->all) && findings_server_found(ours) &&
             ends_with_dot(findings->subject.name))
        texts_put(why,
                  "The final dot is a part of the name in the hosts file, and of no name "
                  "in DNS: %s finds it without the dot.",
                  ours->name);
}

/* hostdnsd answers in time even if libc does not, since its clients do not wait long. */
static bool is_late(const struct finding *said)
{
    return said->outcome == FINDING_SILENT || said->took_us > LATE_US;
}

static void why_ours_fails(const struct findings *findings,
                           const struct finding_server *ours, struct texts *why)
{
    const struct finding_answer *answer = &ours->answers[0];

    if (answer->verdict != VERDICT_FAILED)
        return;
    if (is_late(&findings->all))
        texts_put(why, "%s does not wait that long, and says %s.", ours->name,
                  rcode_text(answer->rcode));
    else if (findings->all.outcome == FINDING_NO_NAME)
        texts_put(why,
                  "%s says %s where getaddrinfo() says \"no such name\": it passes on no "
                  "denial that nobody has confirmed.",
                  ours->name, rcode_text(answer->rcode));
}

void explain_why_ours(const struct findings *findings, struct texts *why)
{
    const struct finding_server *ours = findings_ours(findings);

    if (!ours || ours->count == 0)
        return;
    if ((finding_is_heard(ours) || findings_server_found(ours)) &&
        !agrees(findings, ours) && !findings->searched)
        why_ours_differs(findings, ours, why);
    why_ours_fails(findings, ours, why);
}
