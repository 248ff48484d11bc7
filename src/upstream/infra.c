#include "upstream/infra.h"

#include <stdlib.h>

struct infra {
    struct infra_server all[INFRA_SERVERS];
    size_t count;
    unsigned long uses;
};

struct infra *infra_new(void)
{
    return calloc(1, sizeof(struct infra));
}

void infra_free(struct infra *infra)
{
    free(infra);
}

/* The entry for a server that is not known yet. */
static struct infra_server *make_room(struct infra *infra)
{
    struct infra_server *oldest = infra->all;

    if (infra->count < INFRA_SERVERS)
        return &infra->all[infra->count++];
    for (size_t i = 1; i < infra->count; i++)
        if (infra->all[i].used < oldest->used)
            oldest = &infra->all[i];
    return oldest;
}

const struct infra_server *infra_find(const struct infra *infra, const struct addr *addr)
{
    for (size_t i = 0; i < infra->count; i++)
        if (addr_equal(&infra->all[i].addr, addr))
            return &infra->all[i];
    return NULL;
}

struct infra_server *infra_get(struct infra *infra, const struct addr *addr)
{
    const struct infra_server *known = infra_find(infra, addr);
    struct infra_server *server = known ? &infra->all[known - infra->all] : NULL;

    if (!server) {
        server = make_room(infra);
        *server = (struct infra_server){.addr = *addr};
    }
    server->used = ++infra->uses;
    return server;
}

void infra_forget(struct infra *infra)
{
    for (size_t i = 0; i < infra->count; i++) {
        struct infra_server *server = &infra->all[i];

        *server = (struct infra_server){
            .addr = server->addr, .used = server->used, .counts = server->counts};
    }
}

void infra_note_reply(struct infra_server *server, int64_t us)
{
    uint32_t rtt = us < 1 ? 1 : us > INT32_MAX ? INT32_MAX : (uint32_t)us;

    server->timeouts = 0;
    server->unreachable = false;
    server->rtt_us =
        server->rtt_us == 0 ? rtt : (uint32_t)((7 * (uint64_t)server->rtt_us + rtt) / 8);
}

void infra_note_outcome(struct infra_server *server, bool is_error)
{
    if (is_error)
        server->counts.failed++;
    else
        server->counts.answered++;
}

void infra_note_unreachable(struct infra_server *server)
{
    server->counts.failed++;
    server->unreachable = true;
}

/* Another server may have taken its place, about which the old findings say nothing. */
void infra_note_timeout(struct infra_server *server)
{
    server->counts.failed++;
    server->timeouts++;
    if (!infra_is_silent(server))
        return;
    server->udp_works = false;
    if (server->edns == EDNS_WORKS)
        server->edns = EDNS_UNKNOWN;
}

void infra_note_edns_works(struct infra_server *server)
{
    server->edns = EDNS_WORKS;
    server->edns_failures = 0;
}

/* A server whose EDNS has worked may have lost a packet, or may pass on what another server
 * says. */
void infra_note_edns_fails(struct infra_server *server, bool is_sure, int64_t now)
{
    if (server->edns == EDNS_WORKS && ++server->edns_failures < INFRA_EDNS_FAILURES)
        return;
    server->edns = EDNS_MISSING;
    server->edns_recheck = is_sure ? now + INFRA_EDNS_MS : now;
}

static bool is_here(struct infra_server *server)
{
    if (server->place == PLACE_UNKNOWN)
        server->place = place_of(&server->addr);
    return server->place == PLACE_HERE;
}

bool infra_mixes_case(struct infra_server *server, int64_t now)
{
    if (server->letters == CASE_LOST && now >= server->case_recheck)
        server->letters = CASE_UNKNOWN;
    return server->letters != CASE_LOST && !is_here(server);
}

void infra_note_case_kept(struct infra_server *server)
{
    server->letters = CASE_KEPT;
}

void infra_note_case_lost(struct infra_server *server, int64_t now)
{
    server->letters = CASE_LOST;
    server->case_recheck = now + INFRA_CASE_MS;
}

void infra_note_udp_works(struct infra_server *server)
{
    server->udp_works = true;
    server->udp_fails = false;
}

void infra_note_udp_fails(struct infra_server *server, int64_t now)
{
    server->udp_fails = true;
    server->udp_recheck = now;
}

bool infra_is_silent(const struct infra_server *server)
{
    return server->timeouts >= INFRA_TIMEOUTS;
}

int64_t infra_recheck_at(const struct infra_server *server)
{
    const int64_t times[] = {
        infra_is_silent(server) ? server->silent_recheck : 0,
        server->udp_fails ? server->udp_recheck : 0,
        server->edns == EDNS_MISSING ? server->edns_recheck : 0,
    };
    int64_t first = 0;

    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (times[i] != 0 && (first == 0 || times[i] < first))
            first = times[i];
    return first;
}

enum infra_recheck infra_recheck_due(struct infra_server *server, int64_t now)
{
    if (infra_is_silent(server) && now >= server->silent_recheck) {
        server->silent_recheck = now + INFRA_SILENT_MS;
        return RECHECK_PLAIN;
    }
    if (server->udp_fails && now >= server->udp_recheck) {
        server->udp_recheck = now + INFRA_TCP_MS;
        return RECHECK_PLAIN;
    }
    if (server->edns == EDNS_MISSING && now >= server->edns_recheck) {
        server->edns_recheck = now + INFRA_EDNS_MS;
        return RECHECK_EDNS;
    }
    return RECHECK_NONE;
}
