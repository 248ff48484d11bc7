#include "client/progress.h"

enum { FIRST_MS = 1000, NEXT_MS = 200 };

void progress_begin(struct progress *progress, FILE *terminal, int64_t now)
{
    *progress = (struct progress){.terminal = terminal, .next_ms = now + FIRST_MS};
}

static bool is_time(const struct progress *progress, int64_t now)
{
    return progress->terminal && now >= progress->next_ms;
}

void progress_say(struct progress *progress, int64_t now, const char *text)
{
    int width;

    if (!is_time(progress, now))
        return;
    width = fprintf(progress->terminal, "\rhostdns: %s", text) - 1;
    /* Overwrites the end of a longer line. */
    if (width < progress->width)
        fprintf(progress->terminal, "%*s", progress->width - width, "");
    fflush(progress->terminal);
    progress->width = width;
    progress->next_ms = now + NEXT_MS;
}

void progress_show(struct progress *progress, int64_t now, size_t answered, size_t asked)
{
    char text[80];

    if (!is_time(progress, now))
        return;
    snprintf(text, sizeof text, "%zu names answered, %zu asked", answered, asked);
    progress_say(progress, now, text);
}

/* Any terminal understands blanks. */
void progress_hide(struct progress *progress)
{
    if (progress->width <= 0)
        return;
    fprintf(progress->terminal, "\r%*s\r", progress->width, "");
    fflush(progress->terminal);
    progress->width = 0;
    progress->next_ms = 0;
}
