#include "client/explain_words.h"

#include "base/xalloc.h"

#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAMED_MAX = 16 };

/* Ignores letter case and a final dot. */
static bool is_same_name(const char *a, const char *b)
{
    size_t len = strlen(a), other = strlen(b);

    len -= len > 1 && a[len - 1] == '.';
    other -= other > 1 && b[other - 1] == '.';
    return len == other && strncasecmp(a, b, len) == 0;
}

void explain_words_list(const struct texts *found, FILE *out)
{
    char *list = texts_join(found, NAMED_MAX);

    fputs(list, out);
    free(list);
}

void explain_words_canonical(const struct findings *findings, const char *canonical,
                             FILE *out)
{
    if (canonical && !is_same_name(canonical, findings->subject.name))
        fprintf(out, "; canonical name %s", canonical);
}

const char *explain_words_signal(int number)
{
    const char *name = sigabbrev_np(number);

    return name ? name : "unknown";
}

static void put_broken(const struct finding *finding, FILE *out)
{
    if (finding->code == EAI_SYSTEM)
        fprintf(out, "failed: %s", strerror(finding->system_error));
    else
        fprintf(out, "failed: %s", gai_strerror(finding->code));
}

void explain_words_seconds(const struct findings *findings, const char *before, FILE *out)
{
    fprintf(out, "%s within %g s", before, findings->patience_ms / 1000.0);
}

static void put_outcome(const struct findings *findings, const struct finding *finding,
                        FILE *out)
{
    bool is_address = findings->subject.is_address;

    switch (finding->outcome) {
    case FINDING_FOUND:
        explain_words_list(&finding->found, out);
        explain_words_canonical(findings, finding->canonical, out);
        break;
    case FINDING_NO_DATA:
        fputs(is_address ? "no name" : "the name exists, but has no such addresses", out);
        break;
    case FINDING_NO_NAME:
        fputs(is_address ? "no name" : "no such name", out);
        break;
    case FINDING_ALIAS:
        fputs("an alias (CNAME) that leads to no addresses", out);
        break;
    case FINDING_UNAVAILABLE:
        fputs("not available for this", out);
        break;
    case FINDING_FAILED:
        fputs("failed for now", out);
        break;
    case FINDING_BROKEN:
        put_broken(finding, out);
        break;
    case FINDING_ABSENT:
        fputs(finding->reason ? finding->reason : "not installed", out);
        break;
    case FINDING_SILENT:
        explain_words_seconds(findings, "no answer", out);
        break;
    case FINDING_CRASHED:
        fprintf(out, "%s (SIG%s)", finding->detail == SIGKILL ? "was killed" : "crashed",
                explain_words_signal(finding->detail));
        break;
    case FINDING_ENDED:
        fprintf(out, "ended the process that asked it (exit status %d)", finding->detail);
        break;
    case FINDING_UNASKED:
        if (finding->detail == 0)
            fputs("was not asked", out);
        else
            fprintf(out, "could not be asked: %s", strerror(finding->detail));
        break;
    }
    if (finding->printed)
        fprintf(out, "; it printed \"%s\"", finding->printed);
}

char *explain_words_finding(const struct findings *findings, const struct finding *finding)
{
    char *text;
    size_t size;
    FILE *out = xopen_memstream(&text, &size);

    put_outcome(findings, finding, out);
    fclose(out);
    return text;
}
