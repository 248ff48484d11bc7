#include "client/source.h"

#include <inttypes.h>
#include <string.h>

bool source_way(const struct exchange *exchange, struct way *way)
{
    return exchange->state == EXCHANGE_ANSWERED && exchange->ask.form.wants_way &&
           way_of_reply(way, exchange->wire, exchange->size) && way_find(way, WAY_SERVE);
}

bool source_read(struct source *source, const struct exchange *exchange)
{
    const struct way_step *kept;
    struct way way;

    if (!source_way(exchange, &way))
        return false;
    *source = (struct source){.how = way_find(&way, WAY_SERVE)->code};
    way_text_source(&way, source->text);
    kept = way_find(&way, WAY_KEPT);
    source->has_age = kept && way_get_kept(kept, &source->age, &source->left);
    return true;
}

static void read_or_name(struct source *source, const struct exchange *exchange,
                         const char *server)
{
    if (source_read(source, exchange))
        return;
    *source = (struct source){.how = WAY_LOOKED_UP};
    snprintf(source->text, sizeof source->text, "%s%s", server,
             exchange->is_over_tcp ? " over TCP" : "");
}

bool source_is_same(const struct source *a, const struct source *b)
{
    return a->how == b->how && strcmp(a->text, b->text) == 0;
}

void source_put(const struct source *source, FILE *out)
{
    if (source->how != WAY_FROM_CACHE && source->how != WAY_STALE) {
        fputs(source->text, out);
        fputs(source->how == WAY_JOINED ? ", by a lookup under way" : "", out);
        return;
    }
    fprintf(out, "the server's cache%s", source->how == WAY_STALE ? ", stale" : "");
    if (source->has_age)
        fprintf(out, ", %" PRIu32 " s old", source->age);
    fprintf(out, " (%s)", source->text);
}

const char *source_time(int64_t us, char text[static SOURCE_TIME])
{
    if (us < 9995)
        snprintf(text, SOURCE_TIME, "%.2f ms", (double)us / 1e3);
    else if (us < 999500)
        snprintf(text, SOURCE_TIME, "%.0f ms", (double)us / 1e3);
    else
        snprintf(text, SOURCE_TIME, "%.1f s", (double)us / 1e6);
    return text;
}

static bool has_records(const struct exchange *exchange)
{
    return exchange->verdict == VERDICT_RECORDS || exchange->verdict == VERDICT_PARTIAL;
}

static const char *family_of(const struct exchange *exchange)
{
    return exchange->ask.question.type == TYPE_A ? "IPv4" : "IPv6";
}

/* The two families of an address may come from two sources. */
static void put_both(const struct inquiry *inquiry, const struct source *sources, FILE *out)
{
    for (size_t i = 0; i < 2; i++) {
        source_put(&sources[i], out);
        fprintf(out, " (%s)%s", family_of(&inquiry->exchanges[i]), i == 0 ? "; " : "");
    }
}

void source_show(const struct inquiry *inquiry, const char *server, FILE *out)
{
    struct source sources[2];
    char time[SOURCE_TIME];
    size_t found = 0;

    for (size_t i = 0; i < inquiry->count; i++)
        if (has_records(&inquiry->exchanges[i]))
            read_or_name(&sources[found++], &inquiry->exchanges[i], server);
    if (found == 0)
        return;
    fputs(inquiry->for_addresses ? "From:            " : "; From: ", out);
    if (found == 2 && !source_is_same(&sources[0], &sources[1]))
        put_both(inquiry, sources, out);
    else
        source_put(&sources[0], out);
    fprintf(out, ", in %s\n", source_time(inquiry_time(inquiry), time));
}
