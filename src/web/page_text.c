#include "web/page_text.h"

#include <inttypes.h>

#define DASH "\xe2\x80\x93"

void page_text_count(FILE *out, uint64_t number)
{
    if (number >= 1000) {
        page_text_count(out, number / 1000);
        fprintf(out, ",%03" PRIu64, number % 1000);
    } else {
        fprintf(out, "%" PRIu64, number);
    }
}

/* The limits are where rounding would give a digit more. */
void page_text_duration(FILE *out, double ms)
{
    if (ms < 0)
        fputs(DASH, out);
    else if (ms < 0.995)
        fprintf(out, "%.2f ms", ms);
    else if (ms < 9.95)
        fprintf(out, "%.1f ms", ms);
    else if (ms < 999.5)
        fprintf(out, "%.0f ms", ms);
    else
        fprintf(out, "%.1f s", ms / 1000);
}

void page_text_span(FILE *out, int64_t seconds)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};
    unsigned i = 0;

    while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
        i++;
    fprintf(out, "%" PRId64 " %s", seconds / units[i].seconds, units[i].name);
}

void page_text_percent(FILE *out, uint64_t part, uint64_t whole)
{
    if (whole == 0)
        fputs(DASH, out);
    else
        fprintf(out, "%.0f %%", 100 * (double)part / (double)whole);
}
