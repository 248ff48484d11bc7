#include "upstream/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "dns/way.h"

void result_note_failure(struct upstream_result *result, enum ede ede, const char *format,
                         ...)
{
    va_list args;

    if (!result)
        return;
    result->ede = ede;
    va_start(args, format);
    vsnprintf(result->failure, sizeof result->failure, format, args);
    va_end(args);
}

void result_note_error(struct upstream_result *result, const struct addr *server, int error)
{
    char text[ADDR_TEXT];

    result_note_failure(result, EDE_NETWORK_ERROR, "name server %s: %s",
                        addr_format(server, text), strerror(error));
    if (result)
        result->error = error;
}

bool result_lacks_failure(const struct upstream_result *result)
{
    return result && result->ede == EDE_NONE;
}

static uint32_t time_since(const struct upstream_result *result, uint32_t at)
{
    return way_us(clock_us() - result->begun - at);
}

void result_note_silence(struct upstream_result *result)
{
    struct upstream_try *try;

    if (!result || result->try_count == 0)
        return;
    try = &result->tries[result->try_count - 1];
    if (try->outcome == WAY_SILENT)
        try->took = time_since(result, try->at);
}

void result_note_try(struct upstream_result *result, size_t server, bool over_tcp)
{
    if (!result || result->try_count == RESULT_TRIES_MAX)
        return;
    result_note_silence(result);
    result->tries[result->try_count++] = (struct upstream_try){.server = (uint8_t)server,
                                                               .over_tcp = over_tcp,
                                                               .outcome = WAY_SILENT,
                                                               .at = time_since(result, 0)};
}

void result_note_outcome(struct upstream_result *result, size_t server, unsigned outcome)
{
    for (size_t i = result ? result->try_count : 0; i-- > 0;) {
        struct upstream_try *try = &result->tries[i];

        if (try->server != server || try->outcome != WAY_SILENT)
            continue;
        try->outcome = (uint16_t)outcome;
        try->took = time_since(result, try->at);
        return;
    }
}
