#include "lookup/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lookup/sources.h"

enum {
    SERVES_ROOM = 96, /* octets for the steps that serve adds */
    LAST_ROOM = 13,   /* octets for the last step, which is the whole lookup */
};

struct steps {
    int64_t begun; /* clock_us() */
    struct writer to;
    uint8_t octets[WAY_MAX - SERVES_ROOM];
};

struct steps *steps_new(void)
{
    struct steps *steps = malloc(sizeof *steps);

    if (!steps)
        return NULL;
    steps->begun = clock_us();
    steps->to = writer_of(steps->octets, sizeof steps->octets - LAST_ROOM);
    return steps;
}

void steps_free(struct steps *steps)
{
    free(steps);
}

uint32_t steps_now(const struct steps *steps)
{
    return steps ? way_us(clock_us() - steps->begun) : 0;
}

static enum way_probe probe_of(enum lookup_next next)
{
    switch (next) {
    case LOOKUP_DONE:
        return WAY_SETTLED;
    case LOOKUP_EXISTS:
        return WAY_KNOWS_NAME;
    default:
        return WAY_LEADS_TO_DNS;
    }
}

void steps_probe(struct steps *steps, uint32_t at, enum lookup_next next, bool left_out)
{
    struct way_step step = {.kind = WAY_PROBE,
                            .flags = left_out ? WAY_LEFT_OUT : 0,
                            .code = (uint16_t)probe_of(next),
                            .at = at};
    char line[WAY_DATA_MAX + 1];

    if (!steps)
        return;
    step.took = steps_now(steps) - at;
    sources_read_line(line, sizeof line);
    way_set_text(&step, line);
    way_put(&steps->to, &step);
}

void steps_owner(struct steps *steps, const char *text)
{
    struct way_step step = {.kind = WAY_OWNER};

    if (!steps)
        return;
    way_set_text(&step, text);
    way_put(&steps->to, &step);
}

struct way_endpoint steps_endpoint(const struct addr *addr)
{
    struct way_endpoint endpoint = {.port = addr_port(addr)};

    if (addr->sock.any.sa_family == AF_INET6) {
        endpoint.ip_len = sizeof addr->sock.ip6.sin6_addr;
        memcpy(endpoint.ip, &addr->sock.ip6.sin6_addr, endpoint.ip_len);
    } else {
        endpoint.ip_len = sizeof addr->sock.ip4.sin_addr;
        memcpy(endpoint.ip, &addr->sock.ip4.sin_addr, endpoint.ip_len);
    }
    return endpoint;
}

void steps_tries(struct steps *steps, const struct upstream_result *result,
                 const struct resolv_conf *conf, uint16_t type)
{
    for (size_t i = 0; steps && i < result->try_count; i++) {
        const struct upstream_try *try = &result->tries[i];
        struct way_endpoint server = steps_endpoint(&conf->servers[try->server]);
        struct way_step step = {.kind = WAY_TRY,
                                .flags = try->over_tcp ? WAY_OVER_TCP : 0,
                                .code = try->outcome,
                                .at = way_us(result->begun - steps->begun + try->at),
                                .took = try->took};

        way_set_try(&step, type, &server);
        way_put(&steps->to, &step);
    }
}

void steps_verdict(struct steps *steps, uint32_t at, bool left_out)
{
    struct way_step step = {
        .kind = WAY_VERDICT, .flags = left_out ? WAY_LEFT_OUT : 0, .at = at};

    if (!steps)
        return;
    step.took = steps_now(steps) - at;
    way_put(&steps->to, &step);
}

size_t steps_message(struct steps *steps, uint64_t id, uint8_t out[static MESSAGE_WAY_MAX])
{
    const struct way_step all = {.kind = WAY_LOOKUP, .took = steps_now(steps)};

    if (!steps)
        return 0;
    steps->to.size += LAST_ROOM;
    way_put(&steps->to, &all);
    return message_put_way(id, steps->octets, steps->to.pos, out, MESSAGE_WAY_MAX);
}
