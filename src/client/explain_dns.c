/*
 * The questions are built before the fork, so that both processes have them. For each of
 * them the child reports
 *
 *     4    enum exchange_state
 *     4    errno, and that of TCP
 *     1    it came over TCP
 *     4    microseconds from its leaving to its end, or UNSENT
 *     4    length of the reply
 *     ...  the reply
 *
 * from which the parent restores the child's exchange.
 */
#include "client/explain_dns.h"

#include "base/bytes.h"
#include "base/xalloc.h"
#include "client/datagram.h"
#include "client/source.h"
#include "dns/rcode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 4 + 4 + 4 + 1 + 4 + 4, DNS_PORT = 53 };

static const uint32_t UNSENT = UINT32_MAX;

static const char stub_address[] = "127.0.0.53"; /* systemd-resolved.service(8) */

/* Whom to ask */

static void name_server(struct finding_server *server)
{
    char ip[ADDR_IP_TEXT];

    if (addr_port(&server->address) == DNS_PORT)
        snprintf(server->name, sizeof server->name, "%s",
                 addr_format_ip(&server->address, ip));
    else
        show_server(&server->address, server->name);
}

static struct finding_server *find_server(struct findings *findings,
                                          const struct addr *address)
{
    for (size_t i = 0; i < findings->server_count; i++)
        if (addr_equal(&findings->servers[i].address, address))
            return &findings->servers[i];
    return NULL;
}

/* Each once. */
static struct finding_server *add_server(struct findings *findings,
                                         const struct addr *address)
{
    struct finding_server *server = find_server(findings, address);

    if (server)
        return server;
    server = &findings->servers[findings->server_count++];
    *server = (struct finding_server){.address = *address, .took_us = -1};
    name_server(server);
    return server;
}

static bool names_resolve(const struct findings *findings)
{
    for (size_t i = 0; i < findings->source_count; i++)
        if (strcmp(findings->sources[i].name, "resolve") == 0)
            return true;
    return false;
}

void explain_dns_choose(struct findings *findings, const struct cmdline *cmdline)
{
    struct addr stub;
    struct finding_server *server;

    for (size_t i = 0; i < findings->host.server_count; i++)
        add_server(findings, &findings->host.servers[i])->is_of_host = true;
    addr_parse(&stub, stub_address, DNS_PORT);
    if (names_resolve(findings))
        add_server(findings, &stub);
    server = find_server(findings, &stub);
    if (server)
        server->is_stub = true;
    add_server(findings, &cmdline->server)->is_ours = true;
}

int explain_dns_build(struct explain_dns *question, const struct findings *findings,
                      const struct finding_server *server, const struct cmdline *cmdline)
{
    const struct finding_subject *subject = &findings->subject;
    struct ask_form form = cmdline->settings.form;
    const struct wish wish = {.name = subject->name,
                              .type = subject->is_address           ? TYPE_PTR
                                      : subject->family == AF_INET  ? TYPE_A
                                      : subject->family == AF_INET6 ? TYPE_AAAA
                                                                    : 0};

    form.wants_way = server->is_ours && addr_is_loopback(&server->address);
    *question = (struct explain_dns){.server = server->address, .is_built = true};
    return inquiry_build(&question->inquiry, &wish, &form, &cmdline->settings.manner);
}

void explain_dns_free(struct explain_dns *question)
{
    if (question->is_built)
        inquiry_free(&question->inquiry);
    question->is_built = false;
}

/* The child */

static void tell(int report, const struct exchange *exchange)
{
    uint8_t head[HEAD];
    struct writer to = writer_of(head, sizeof head);
    size_t size = exchange->state == EXCHANGE_ANSWERED ? exchange->size : 0;

    put_u32(&to, exchange->state);
    put_u32(&to, (uint32_t)exchange->error);
    put_u32(&to, (uint32_t)exchange->tcp_error);
    put_u8(&to, exchange->is_over_tcp);
    put_u32(&to, exchange->sent_us > 0 ? way_us(exchange->ended_us - exchange->sent_us)
                                       : UNSENT);
    put_u32(&to, (uint32_t)size);
    forked_tell(report, head, sizeof head);
    forked_tell(report, exchange->wire, size);
}

static void refuse(struct inquiry *inquiry, int error)
{
    for (size_t i = 0; i < inquiry->count; i++) {
        inquiry->exchanges[i].state = EXCHANGE_UNREACHABLE;
        inquiry->exchanges[i].error = error;
    }
}

void explain_dns_work(const void *context, int report)
{
    const struct explain_dns *question = context;
    struct inquiry inquiry = question->inquiry;
    int fd = datagram_open(&question->server);

    if (fd == -1)
        refuse(&inquiry, errno);
    else
        inquiry_ask(&inquiry, fd);
    for (size_t i = 0; i < inquiry.count; i++)
        tell(report, &inquiry.exchanges[i]);
}

/* The parent */

static bool get_reply(struct reader *in, struct exchange *exchange)
{
    const uint8_t *octets;
    uint32_t size;

    if (!get_u32(in, &size) || !get_bytes(in, &octets, size))
        return false;
    exchange->size = size;
    if (exchange->state != EXCHANGE_ANSWERED)
        return true;
    exchange->wire = xmemdup(octets, size);
    return true;
}

static bool get_exchange(struct reader *in, struct exchange *exchange)
{
    uint32_t state, error, tcp_error, took;
    uint8_t is_over_tcp;

    if (!get_u32(in, &state) || !get_u32(in, &error) || !get_u32(in, &tcp_error) ||
        !get_u8(in, &is_over_tcp) || !get_u32(in, &took))
        return false;
    exchange->state = (enum exchange_state)state;
    exchange->error = (int)error;
    exchange->tcp_error = (int)tcp_error;
    exchange->is_over_tcp = is_over_tcp;
    exchange->sent_us = took != UNSENT; /* some time or other */
    exchange->ended_us = took != UNSENT ? 1 + (int64_t)took : 0;
    return get_reply(in, exchange);
}

static bool get_exchanges(struct reader *in, struct inquiry *inquiry)
{
    for (size_t i = 0; i < inquiry->count; i++)
        if (!get_exchange(in, &inquiry->exchanges[i])) {
            inquiry->exchanges[i].state = EXCHANGE_SILENT;
            return false;
        }
    inquiry_judge(inquiry);
    return true;
}

/* Without its final dot, as libc's names are. */
static char *bare(const char *name)
{
    return xstrndup(name, (size_t)show_bare(name));
}

static void take_record(struct finding_answer *answer, const struct print_record *record)
{
    char *name = answer->type == TYPE_PTR ? bare(record->data) : NULL;

    if (answer->found.count == 0 || record->ttl < answer->ttl)
        answer->ttl = record->ttl;
    texts_add(&answer->found, name ? name : record->data);
    free(name);
}

static void read_part(struct finding_answer *answer, const struct exchange *exchange)
{
    const struct received_records *records = received_answers(&exchange->reply);

    *answer = (struct finding_answer){.type = exchange->ask.question.type,
                                      .verdict = exchange->verdict,
                                      .rcode = exchange->reply.rcode,
                                      .error = exchange->error};
    for (size_t i = 0; i < records->count; i++)
        if (records->records[i].is_readable &&
            exchange_is_answer(exchange, &records->records[i]))
            take_record(answer, &records->records[i]);
    answer->canonical = exchange->canonical ? bare(exchange->canonical) : NULL;
    answer->reason = exchange->reply.reason ? xstrdup(exchange->reply.reason) : NULL;
    answer->has_source = source_read(&answer->source, exchange);
}

void explain_dns_read(struct finding_server *server, struct explain_dns *question,
                      const struct forked *forked)
{
    struct reader in = reader_of(forked->report, forked->size);
    struct inquiry *inquiry = &question->inquiry;

    server->end = forked->end;
    server->detail = forked->detail;
    if (forked->end != FORKED_DONE)
        return;
    if (!get_exchanges(&in, inquiry)) {
        server->end = FORKED_LEFT;
        return;
    }
    server->took_us = inquiry_time(inquiry);
    server->count = inquiry->count;
    for (size_t i = 0; i < inquiry->count; i++)
        read_part(&server->answers[i], &inquiry->exchanges[i]);
}
