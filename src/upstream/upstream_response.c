#include "upstream/upstream_response.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/transaction.h"
#include "dns/way.h"
#include "upstream/recheck.h"

static void end_with(const struct sent_query *sent, const uint8_t *wire, size_t len)
{
    struct upstream_query *query = sent->owner;
    uint8_t *copy = query->result ? malloc(len) : NULL;

    query->is_answered = true;
    if (copy) {
        query->result->server = sent->server;
        query->result->reply = memcpy(copy, wire, len);
        mixed_case_restore(&sent->letters, &query->question, copy, len);
        /* A reply over TCP is as complete as it gets; libc ignores its TC, too. */
        wire_set_flags(copy, wire_flags(copy) & ~(unsigned)WIRE_TC);
        query->result->reply_len = len;
    } else {
        result_note_failure(query->result, EDE_OTHER,
                            "no memory for a name server's reply");
    }
    upstream_query_end(query);
}

static void note_error(struct upstream_query *query, size_t server, unsigned rcode)
{
    char text[ADDR_TEXT];

    if (query->result)
        query->result->rcode = rcode;
    if (rcode == RCODE_NOERROR)
        result_note_failure(query->result, EDE_NO_REACHABLE_AUTHORITY,
                            "name server %s is lame: no recursion and no answer",
                            upstream_query_server_text(query, server, text));
    else
        result_note_failure(
            query->result, EDE_NO_REACHABLE_AUTHORITY, "name server %s says %s",
            upstream_query_server_text(query, server, text), rcode_text(rcode));
}

static void note_cut(struct upstream_query *query, size_t server)
{
    char text[ADDR_TEXT];

    result_note_failure(query->result, EDE_NETWORK_ERROR,
                        "name server %s: a reply ends before its records do",
                        upstream_query_server_text(query, server, text));
}

/* The random name of a loop check may be answered by another server than real names are. */
static bool is_loop_check(const struct upstream_query *query)
{
    return query->group == &query->upstream->loop_checks;
}

/*
 * An error may be about the OPT record: RFC 6891 section 7 has seen FORMERR, NOTIMP and
 * SERVFAIL, and REFUSED comes too. A server that has answered with EDNS before may pass on
 * what another one says about it; but an error with an EDNS option is about the name.
 */
static bool may_mean_edns(const struct sent_query *sent, const uint8_t *wire, size_t len,
                          enum response_kind kind)
{
    if (!sent->edns || kind == RESPONSE_NO_EDNS)
        return sent->edns;
    if (kind != RESPONSE_FAILURE || wire_rcode(wire) == RCODE_NOERROR)
        return false;
    return upstream_query_infra(sent->owner, sent->server)->edns != EDNS_WORKS ||
           !transaction_has_edns_option(wire, len);
}

/* The reply is about the name, so its query was understood. */
static void learn_edns(const struct sent_query *sent)
{
    const struct upstream_query *query = sent->owner;
    struct infra_server *server = upstream_query_infra(query, sent->server);
    bool refused = query->refused_edns[sent->server];

    if (is_loop_check(query))
        return;
    if (sent->edns) {
        infra_note_edns_works(server);
    } else if (refused || (query->edns_since[sent->server] != 0 && !sent->over_tcp)) {
        infra_note_edns_fails(server, refused, clock_ms());
        recheck_send_due(query);
    }
}

static void ask_without_edns(const struct sent_query *sent)
{
    struct upstream_query *query = sent->owner;

    query->refused_edns[sent->server] = true;
    if (upstream_query_awaits(query, sent->server, sent->over_tcp, true))
        return;
    query->without_edns[sent->server] = true;
    upstream_query_resend(query, sent->server, sent->over_tcp);
}

static void note_reply(const struct sent_query *sent)
{
    struct upstream_query *query = sent->owner;
    struct infra_server *server = upstream_query_infra(query, sent->server);

    query->loop_checked[sent->server] = true; /* it does not wait for our answer */
    query->replied[sent->server] = true;
    infra_note_reply(server, clock_us() - sent->sent);
    if (!sent->over_tcp && !is_loop_check(query))
        infra_note_udp_works(server);
    if (sent->is_trial) {
        infra_note_udp_fails(server, clock_ms());
        recheck_send_due(query);
    }
    if (sent->edns)
        query->edns_since[sent->server] = 0;
}

void upstream_response_take(const struct sent_query *sent, const uint8_t *wire, size_t len)
{
    struct upstream_query *query = sent->owner;
    enum response_kind kind = transaction_kind(wire, len, sent->edns);
    bool is_short = kind == RESPONSE_TRUNCATED || kind == RESPONSE_CUT;
    bool is_about_name = is_short || kind == RESPONSE_ANSWER;
    unsigned rcode = wire_rcode(wire);
    size_t server = sent->server;

    note_reply(sent);
    if (query->result)
        infra_note_outcome(upstream_query_infra(query, server), !is_about_name);
    result_note_outcome(query->result, server, is_short ? WAY_TRUNCATED : rcode);
    if (is_about_name)
        learn_edns(sent);
    if (kind == RESPONSE_ANSWER || (kind == RESPONSE_TRUNCATED && sent->over_tcp)) {
        end_with(sent, wire, len);
    } else if (is_short && !sent->over_tcp) {
        upstream_query_resend(query, server, true);
    } else if (may_mean_edns(sent, wire, len, kind) && !query->refused_edns[server]) {
        ask_without_edns(sent);
    } else {
        if (kind == RESPONSE_CUT)
            note_cut(query, server);
        else
            note_error(query, server, rcode);
        upstream_query_server_failed(query, server);
    }
}
