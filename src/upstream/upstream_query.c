#include "upstream/upstream_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "dns/transaction.h"
#include "dns/way.h"
#include "upstream/server_tap.h"

struct infra_server *upstream_query_infra(const struct upstream_query *query, size_t server)
{
    return infra_get(query->upstream->infra, &query->conf.servers[server]);
}

const char *upstream_query_server_text(const struct upstream_query *query, size_t server,
                                       char text[ADDR_TEXT])
{
    return addr_format(&query->conf.servers[server], text);
}

struct route upstream_query_route(const struct upstream_query *query, size_t server)
{
    return (struct route){&query->conf.servers[server], question_name(&query->question)};
}

bool upstream_query_is_usable(const struct upstream_query *query, size_t server)
{
    return !query->failed[server] &&
           !loopcheck_leads_back(query->upstream->loopcheck, &query->conf.servers[server]);
}

static void change_count(struct upstream_query *query, size_t count)
{
    query->group->count = count;
    count_set(COUNT_AT_NAME_SERVERS, query->upstream->questions.count);
}

static void timer_expired(void *query)
{
    upstream_query_end(query);
}

static void only_server_failed(struct upstream_query *query, size_t server)
{
    (void)server;
    upstream_query_end(query);
}

static void take_what_is_known(struct upstream_query *query, size_t server)
{
    struct infra_server *known = upstream_query_infra(query, server);

    query->without_edns[server] = known->edns == EDNS_MISSING;
    query->mixes_case[server] =
        query->upstream->mixed_case && infra_mixes_case(known, query->begun);
    query->teaches_case[server] = known->letters == CASE_UNKNOWN;
}

struct upstream_query *upstream_query_new(struct upstream *upstream,
                                          struct query_group *group,
                                          const struct resolv_conf *conf,
                                          const struct question *question)
{
    struct upstream_query *query = calloc(1, sizeof *query);

    if (!query)
        return NULL;
    query->upstream = upstream;
    query->question = *question;
    query->conf = *conf;
    query->group = group;
    query->begun = clock_ms();
    query->server_failed = only_server_failed;
    list_init(&query->sent);
    list_init(&query->link);
    list_init(&query->in_late);
    timer_init(&query->timer, timer_expired, query);
    for (size_t i = 0; i < conf->server_count; i++)
        take_what_is_known(query, i);
    list_append(&group->queries, &query->link);
    change_count(query, group->count + 1);
    return query;
}

struct upstream_query *upstream_query_new_once(struct upstream *upstream,
                                               struct query_group *group,
                                               const struct addr *server,
                                               const struct question *question)
{
    const struct resolv_conf conf = {.servers = {*server}, .server_count = 1};
    struct upstream_query *query = upstream_query_new(upstream, group, &conf, question);

    if (query)
        query->give_up = query->begun + TURNS_MS;
    return query;
}

void upstream_query_send_once(struct upstream_query *query)
{
    if (upstream_query_send(query, 0, false))
        upstream_query_set_timer(query, query->give_up);
    else
        upstream_query_end(query);
}

/* The question no longer waits for a reply to this query. */
static void detach(struct sent_query *sent)
{
    udp_conn_detach(&sent->udp);
    list_remove(&sent->link);
    sent->owner->upstream->tcp_trials -= sent->is_trial;
}

static void free_sent(struct sent_query *sent)
{
    tcp_query_free(sent->tcp);
    free(sent);
}

static void drop(struct sent_query *sent)
{
    detach(sent);
    free_sent(sent);
}

void upstream_query_drop(struct upstream_query *query, size_t server)
{
    list_each(&query->sent, struct sent_query, sent, link)
        if (sent->server == server)
            drop(sent);
}

void upstream_query_detach_check(struct upstream_query *query)
{
    if (query->check)
        query->check->check_for = NULL;
    query->check = NULL;
}

void upstream_query_end(struct upstream_query *query)
{
    list_each(&query->sent, struct sent_query, sent, link)
        drop(sent);
    timer_cancel(&query->timer);
    list_remove(&query->in_late);
    list_remove(&query->link);
    upstream_query_detach_check(query);
    change_count(query, query->group->count - 1);
    if (query->ended)
        query->ended(query);
    free(query);
}

void upstream_query_set_timer(struct upstream_query *query, int64_t at)
{
    timer_set(query->upstream->loop, &query->timer,
              at < query->give_up ? at : query->give_up);
}

bool upstream_query_awaits(const struct upstream_query *query, size_t server, bool over_tcp,
                           bool is_plain)
{
    list_each(&query->sent, struct sent_query, sent, link)
        if (sent->server == server && sent->over_tcp == over_tcp &&
            !(is_plain && sent->edns))
            return true;
    return false;
}

size_t upstream_query_write(const struct upstream_query *query, size_t server, uint16_t id,
                            uint8_t *wire)
{
    const struct query_header header = {
        .id = id,
        .edns = !query->without_edns[server],
        .authentic_data = query->conf.trust_ad,
    };

    return transaction_write_query(&header, &query->question, wire);
}

void upstream_query_server_failed(struct upstream_query *query, size_t server)
{
    query->failed[server] = true;
    query->server_failed(query, server);
}

static void note_unreachable(struct upstream_query *query, size_t server)
{
    result_note_outcome(query->result, server, WAY_UNREACHABLE);
    if (query->result)
        infra_note_unreachable(upstream_query_infra(query, server));
}

static struct tapped_query tapped(const struct sent_query *sent)
{
    return (struct tapped_query){.server = &sent->owner->conf.servers[sent->server],
                                 .udp = sent->over_tcp ? NULL : &sent->udp,
                                 .tcp = sent->tcp,
                                 .sent = sent->sent};
}

static void tap_query(const struct sent_query *sent, const uint8_t *wire, size_t len)
{
    const struct tapped_query query = tapped(sent);

    server_tap_query(&query, wire, len);
}

static void tap_response(const struct sent_query *sent, const uint8_t *wire, size_t len)
{
    const struct tapped_query query = tapped(sent);

    server_tap_response(&query, wire, len);
}

/* A failed trial says nothing about the server, which may still answer over UDP. */
static void tcp_failed(struct sent_query *sent, int error)
{
    struct upstream_query *query = sent->owner;
    char text[ADDR_TEXT];

    if (sent->is_trial) {
        result_note_outcome(query->result, sent->server, WAY_UNREACHABLE);
        return;
    }
    note_unreachable(query, sent->server);
    result_note_failure(query->result, EDE_NETWORK_ERROR, "name server %s over TCP: %s",
                        upstream_query_server_text(query, sent->server, text),
                        error ? strerror(error) : "no reply to the question");
    upstream_query_server_failed(query, sent->server);
}

static void tcp_ended(void *owner, const uint8_t *wire, size_t len, int error)
{
    struct sent_query *sent = owner;
    struct upstream_query *query = sent->owner;

    bool is_reply = wire && transaction_is_reply(&query->question, wire, len) &&
                    wire_id(wire) == sent->tcp_id;

    detach(sent);
    if (is_reply) {
        tap_response(sent, wire, len);
        query->upstream->replied(sent, wire, len);
    } else {
        tcp_failed(sent, error);
    }
    free_sent(sent);
}

/* A name of one case would show nothing. */
static void learn_case(const struct sent_query *sent)
{
    const struct upstream_query *query = sent->owner;
    struct infra_server *server = upstream_query_infra(query, sent->server);

    if (server->letters == CASE_UNKNOWN &&
        mixed_case_has_both(&sent->letters, &query->question))
        infra_note_case_kept(server);
}

/*
 * True if the server is now known to alter letter case: a reply in other case is the second
 * one to the question, although both queries had ports and ids of their own, or another
 * question has found that out meanwhile.
 */
static bool alters_case(const struct sent_query *sent)
{
    const struct upstream_query *query = sent->owner;
    struct infra_server *server = upstream_query_infra(query, sent->server);

    if (query->case_altered[sent->server])
        infra_note_case_lost(server, clock_ms());
    return server->letters == CASE_LOST;
}

/* An error that repeats no name is believed like one in another case: when it comes a
 * second time. */
static bool is_in_right_case(struct sent_query *sent, const uint8_t *reply, bool is_bare)
{
    if (!sent->letters.is_mixed)
        return true;
    if (is_bare)
        return sent->owner->repeated_nothing[sent->server];
    if (!mixed_case_is_kept(&sent->letters, &sent->owner->question, reply))
        return alters_case(sent);
    if (sent->owner->teaches_case[sent->server])
        learn_case(sent);
    return true;
}

/* The query notes that it has had such a reply. If the server keeps case, the reply also
 * counts as a wrong one for the port. */
static void note_other_case(struct sent_query *sent)
{
    if (upstream_query_infra(sent->owner, sent->server)->letters == CASE_KEPT)
        udp_conn_note_stray(&sent->udp);
    sent->owner->case_altered[sent->server] = true;
}

/* The query ends, and another one goes out in its place. The reply may be forged, so it
 * says nothing of the server. */
static void ask_in_another_case(struct sent_query *sent, unsigned outcome)
{
    struct upstream_query *query = sent->owner;
    size_t server = sent->server;

    count(COUNT_CASE_RETRIES);
    if (outcome == WAY_CASE)
        note_other_case(sent);
    else
        query->repeated_nothing[server] = true;
    udp_conn_avoid(&sent->udp);
    drop(sent);
    result_note_outcome(query->result, server, outcome);
    upstream_query_resend(query, server, false);
}

void upstream_query_udp_replied(struct udp_query *udp, const uint8_t *wire, size_t len)
{
    struct sent_query *sent = list_item(udp, struct sent_query, udp);
    struct upstream_query *query = sent->owner;
    /* A server that cannot or will not read the question does not repeat it either. */
    bool is_bare = transaction_is_bare_error(wire, len);

    if (!is_bare && !transaction_is_reply(&query->question, wire, len)) {
        udp_conn_note_stray(udp); /* or a forgery: the true reply may still come */
        return;
    }
    tap_response(sent, wire, len);
    if (!is_in_right_case(sent, wire, is_bare)) {
        ask_in_another_case(sent, is_bare ? wire_rcode(wire) : WAY_CASE);
        return;
    }
    detach(sent);
    query->upstream->replied(sent, wire, len);
    free_sent(sent);
}

/* What comes over UDP is not believed any more. Nobody can guess what a reply over TCP must
 * have. */
static void ask_over_tcp_instead(struct upstream_query *query, size_t server,
                                 unsigned outcome)
{
    upstream_query_drop(query, server);
    result_note_outcome(query->result, server, outcome);
    query->only_tcp[server] = true;
    upstream_query_resend(query, server, true);
}

/* The ICMP message may be forged: it need not have the id, so the port is all to guess. */
void upstream_query_udp_refused(struct udp_query *udp, int error)
{
    struct sent_query *sent = list_item(udp, struct sent_query, udp);
    struct upstream_query *query = sent->owner;

    result_note_error(query->result, &query->conf.servers[sent->server], error);
    ask_over_tcp_instead(query, sent->server, WAY_UNREACHABLE);
}

static void warn_of_attack(const struct upstream_query *query, size_t server)
{
    static struct log_limit limit;
    char text[ADDR_TEXT];

    if (log_limit_allows(&limit, clock_ms()))
        log_warning("replies with wrong ids come from %s, which may be forged: "
                    "it is asked over TCP",
                    upstream_query_server_text(query, server, text));
}

void upstream_query_udp_attacked(struct udp_query *udp)
{
    struct sent_query *sent = list_item(udp, struct sent_query, udp);
    struct upstream_query *query = sent->owner;

    count(COUNT_STRAY_RETRIES);
    warn_of_attack(query, sent->server);
    ask_over_tcp_instead(query, sent->server, WAY_FORGED);
}

static int transmit_tcp(struct sent_query *sent)
{
    const struct upstream_query *query = sent->owner;
    uint8_t wire[TRANSACTION_QUERY_MAX];
    size_t len;

    if (getrandom(&sent->tcp_id, sizeof sent->tcp_id, 0) != sizeof sent->tcp_id)
        return -1;
    len = upstream_query_write(query, sent->server, sent->tcp_id, wire);
    sent->tcp = tcp_query_start(query->upstream->loop, &query->conf.servers[sent->server],
                                wire, len, tcp_ended, sent);
    if (!sent->tcp)
        return -1;
    tap_query(sent, wire, len);
    return 0;
}

/* Puts the name into mixed case, if the server is to repeat it so. False if there are no
 * random numbers. */
static bool mix_case(struct sent_query *sent, uint8_t *wire)
{
    const struct upstream_query *query = sent->owner;

    if (!query->mixes_case[sent->server])
        return true;
    if (!mixed_case_draw(&sent->letters, question_name(&query->question)))
        return false;
    mixed_case_apply(&sent->letters, &query->question, wire);
    return true;
}

static int transmit_udp(struct sent_query *sent)
{
    const struct upstream_query *query = sent->owner;
    uint8_t wire[TRANSACTION_QUERY_MAX];
    size_t len;

    if (udp_conn_attach(query->upstream->conns, &query->conf.servers[sent->server],
                        &sent->udp) == -1)
        return -1;
    len = upstream_query_write(query, sent->server, sent->udp.id, wire);
    if (!mix_case(sent, wire) || udp_conn_send(&sent->udp, wire, len) == -1)
        return -1;
    tap_query(sent, wire, len);
    return 0;
}

/* 0, or -1 with errno. */
static int transmit(struct upstream_query *query, size_t server, bool over_tcp,
                    bool is_trial)
{
    struct sent_query *sent = calloc(1, sizeof *sent);
    int saved;

    if (!sent)
        return -1;
    *sent = (struct sent_query){.owner = query,
                                .server = server,
                                .over_tcp = over_tcp,
                                .edns = !query->without_edns[server],
                                .is_trial = is_trial,
                                .sent = clock_us()};
    list_init(&sent->link);
    list_append(&query->sent, &sent->link);
    query->upstream->tcp_trials += is_trial;
    if ((over_tcp ? transmit_tcp(sent) : transmit_udp(sent)) == 0)
        return 0;
    saved = errno;
    drop(sent);
    errno = saved;
    return -1;
}

static void note_try(struct upstream_query *query, size_t server, bool over_tcp)
{
    result_note_try(query->result, server, over_tcp);
    if (query->result)
        upstream_query_infra(query, server)->counts.asked++;
    if (!query->without_edns[server] && query->edns_since[server] == 0)
        query->edns_since[server] = clock_ms();
}

bool upstream_query_send(struct upstream_query *query, size_t server, bool over_tcp)
{
    if (over_tcp && upstream_query_awaits(query, server, true, false))
        return true; /* it may be slow, but a second connection would be no faster */
    note_try(query, server, over_tcp);
    if (transmit(query, server, over_tcp, false) == 0)
        return true;
    note_unreachable(query, server);
    result_note_error(query->result, &query->conf.servers[server], errno);
    query->failed[server] = true;
    return false;
}

void upstream_query_resend(struct upstream_query *query, size_t server, bool over_tcp)
{
    if (!upstream_query_send(query, server, over_tcp))
        upstream_query_server_failed(query, server);
}

void upstream_query_send_trial(struct upstream_query *query, size_t server)
{
    if (upstream_query_awaits(query, server, true, false))
        return;
    note_try(query, server, true);
    if (transmit(query, server, true, true) == -1)
        result_note_outcome(query->result, server, WAY_UNREACHABLE);
}
