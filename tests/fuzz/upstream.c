/*
 * Name servers that send anything: one or two of them get the queries for a few questions,
 * one after another, and each query has replies made of the input, at once or late, forged,
 * in other letter case, cut or over TCP. A question ends in time and once; it has a reply
 * only if the server that was asked has sent one to this query and this question, and
 * lookup can make an answer of that. For another letter case a server is asked once more,
 * but not again. Then nothing is left: no query, no socket.
 */
#include "sockets.h"

#include "base/log.h"
#include "dns/transaction.h"
#include "lookup/response.h"
#include "upstream/upstream.h"
#include "upstream/upstream_query.h"

enum {
    QUESTIONS = 4,
    OVER_MS = 10000,  /* loop checks and rechecks are over, too */
    QUERIES_MAX = 32, /* for a question, over UDP and TCP, with those to look for loops */
    FRONT = 10,       /* flags and counts of a message */
    FORWARDER = 7,    /* the number of one, of which a question may come */
};

/* What a server does with a query, the first octet of each of its pieces of input. */
enum how {
    WRONG_ID = 1,
    OWN_QUESTION = 2, /* that of the piece, if it has one */
    OTHER_CASE = 4,
    MORE = 8,         /* another reply follows */
    CUT = 16,         /* TC; over TCP, the stream ends before the message */
    UNREACHABLE = 32, /* ICMP; over TCP, the stream ends */
    ASKS_US = OWN_QUESTION | OTHER_CASE, /* the query comes back to us; no reply */
    DELAY = 6,                           /* the bits from here on choose one of these: */
};
static const int64_t delays_us[] = {0, 50000, 400000, 5000000};

static struct loop *loop;
static struct upstream *upstream;
static struct reader input;
static struct question question;
static struct upstream_result result;
static unsigned done, queries; /* of the question */
static int64_t begun;

/* The message that upstream has read last, and what is right about it. */
static uint8_t last[SOCKET_ROOM];
static size_t last_len;
static bool is_good, is_in_case, was_mixed;
static bool was_guessed;     /* by somebody who had tried before */
static unsigned attacked;    /* bit N: what server N says over UDP may be forged */
static unsigned altered;     /* replies that were right but for their case, in this run, and
                              * errors that repeat no name */
static unsigned asked_again; /* bit N: server N has had the question in another case */

/* Such a reply to the question, if it was the last message and has just been read. */
static struct {
    unsigned server; /* 0: it was not */
    size_t query_len;
    int64_t at;
} other_case;

/* A query that comes back to us, by a forwarder that the kernel may know. */
static struct timer comes_back;
static struct question came_back;
static bool may_deny; /* one has come back in this run */

static void take_back(void *context)
{
    (void)context;
    may_deny = true;
    if (!upstream_is_own_check(upstream, &came_back))
        upstream_forwarder_asks(upstream, &came_back);
}

static void plan_question(const struct fake_socket *at, int64_t when)
{
    struct reader query = reader_of(at->query, at->query_len);
    uint16_t class;

    must(get_skip(&query, WIRE_HEADER) && question_get(&query, &came_back, &class));
    question_set_forwarder(&came_back, at->how & MORE ? FORWARDER : 0);
    timer_set(loop, &comes_back, when / 1000);
}

static size_t name_len(const struct fake_socket *at)
{
    return strlen((const char *)at->query + WIRE_HEADER) + 1;
}

/* False for a loop check, and for what may be a recheck. */
static bool is_of_question(const struct fake_socket *at)
{
    return name_len(at) == question.name_len && upstream->rechecks.count == 0;
}

static void plan(struct fake_socket *at)
{
    int64_t when;

    at->due = 0;
    if (!get_u8(&input, &at->how))
        return;
    when = fuzz_us + delays_us[at->how >> DELAY];
    if ((at->how & ASKS_US) == ASKS_US)
        plan_question(at, when);
    else
        at->due = when;
}

/* After so many guesses the next one may be right, and an ICMP message may be forged as
 * well; but not over TCP. */
static bool is_guessed(const struct fake_socket *at)
{
    return !at->is_stream && attacked >> at->server & 1 && is_of_question(at);
}

/* The same query once more, at once: the reply in another case was not believed. */
static bool is_asked_again(const struct fake_socket *at)
{
    return !at->is_stream && at->server == other_case.server &&
           at->query_len == other_case.query_len && fuzz_us == other_case.at &&
           is_of_question(at);
}

/* The second reply in another case is believed. */
static void sockets_asked(struct fake_socket *at)
{
    must(++queries <= QUERIES_MAX && !is_guessed(at));
    if (is_asked_again(at)) {
        must(!(asked_again >> at->server & 1));
        asked_again |= 1u << at->server;
    }
    other_case.server = 0;
    plan(at);
}

/* The next piece of the input. */
static const uint8_t *take(size_t *len)
{
    const uint8_t *piece;
    uint8_t wanted = 0;

    get_u8(&input, &wanted);
    *len = input.size - input.pos < wanted ? input.size - input.pos : wanted;
    piece = input.data + input.pos;
    get_skip(&input, *len);
    return piece;
}

static void change_case(uint8_t *name, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'z')
            name[i] ^= 0x20;
}

/* A piece that is no header yet is sent as it is. */
static size_t write_reply(const struct fake_socket *at, uint8_t *out)
{
    size_t len, front, asked = 0;
    const uint8_t *piece = take(&len);

    front = len < FRONT ? len : FRONT;
    memcpy(out, at->query, 2);
    memcpy(out + 2, piece, front);
    if (front == FRONT && !(at->how & OWN_QUESTION)) {
        asked = name_len(at) + 4;
        memcpy(out + WIRE_HEADER, at->query + WIRE_HEADER, asked);
        if (at->how & OTHER_CASE)
            change_case(out + WIRE_HEADER, asked - 4);
    }
    memcpy(out + 2 + front + asked, piece + front, len - front);
    if (at->how & WRONG_ID)
        out[0] ^= 0x55;
    return 2 + asked + len;
}

static ssize_t sockets_reply(struct fake_socket *at, uint8_t *out)
{
    size_t len;

    must(at->strays <= UDP_CONN_STRAYS);
    at->due = 0;
    if (at->how & UNREACHABLE && !at->is_stream && is_of_question(at))
        attacked |= 1u << at->server;
    if (at->how & UNREACHABLE)
        return at->is_stream ? 0 : fail(ECONNREFUSED);
    len = write_reply(at, out);
    if (at->how & CUT && at->is_stream) {
        at->how = UNREACHABLE;
        at->due = fuzz_us;
        at->missing = 1;
    } else if (at->how & CUT && len >= WIRE_HEADER) {
        out[2] |= WIRE_TC >> 8;
    }
    if (at->how & MORE)
        plan(at);
    return (ssize_t)len;
}

/* The server may change the case of letters. */
static bool is_same_name(const uint8_t *one, const uint8_t *other, size_t len)
{
    uint8_t folded[2][NAME_WIRE_MAX];

    name_fold(folded[0], one, len);
    name_fold(folded[1], other, len);
    return memcmp(folded[0], folded[1], len) == 0;
}

/* A response with the query's id and its question, in whatever case. */
static bool answers(const struct fake_socket *at, const uint8_t *wire, size_t len)
{
    size_t name = name_len(at);

    return len >= WIRE_HEADER + name + 4 && memcmp(wire, at->query, 2) == 0 &&
           (wire_flags(wire) & (WIRE_QR | WIRE_OPCODE)) == WIRE_QR &&
           wire_questions(wire) == 1 &&
           is_same_name(wire + WIRE_HEADER, at->query + WIRE_HEADER, name) &&
           memcmp(wire + WIRE_HEADER + name, at->query + WIRE_HEADER + name, 4) == 0;
}

/* Some servers send an error alone. */
static bool is_bare(const struct fake_socket *at, const uint8_t *wire, size_t len)
{
    return len >= WIRE_HEADER && memcmp(wire, at->query, 2) == 0 &&
           transaction_is_bare_error(wire, len);
}

static void sockets_read(struct fake_socket *at, const uint8_t *wire, size_t len)
{
    last_len = len;
    memcpy(last, wire, len);
    is_good = answers(at, wire, len);
    is_in_case =
        at->is_stream || sockets_here >> at->server & 1 || !upstream->mixed_case ||
        (is_good && memcmp(wire + WIRE_HEADER, at->query + WIRE_HEADER, name_len(at)) == 0);
    was_mixed = memcmp(at->query + WIRE_HEADER, question.name, question.name_len) != 0;
    altered += !is_in_case && (is_good || is_bare(at, wire, len));
    other_case.server = is_good && !is_in_case && is_of_question(at) ? at->server : 0;
    other_case.query_len = at->query_len;
    other_case.at = fuzz_us;
    was_guessed = is_guessed(at);
    at->strays += !at->is_stream && !is_good && !is_bare(at, wire, len);
    if (at->strays > UDP_CONN_STRAYS && is_of_question(at))
        attacked |= 1u << at->server;
}

static void sockets_closed(const struct fake_socket *at)
{
    bool is_over_tcp = false;

    for (size_t i = 0; i < SOCKETS; i++)
        is_over_tcp |=
            sockets[i].is_open && sockets[i].is_stream && sockets[i].server == at->server;
    must(at->strays <= UDP_CONN_STRAYS || is_over_tcp);
}

/* The reply is the message that has been read last, but for letter case and TC. */
static void must_be_the_last(const uint8_t *reply, size_t len)
{
    must(is_good && len == last_len);
    must(!was_guessed && (is_in_case || altered > 1));
    must(!was_mixed || memcmp(reply + WIRE_HEADER, question.name, question.name_len) == 0);
    for (size_t i = 0; i < len; i++)
        must(reply[i] == last[i] || (reply[i] ^ last[i]) == 0x20 ||
             (i == 2 && (reply[i] ^ last[i]) == WIRE_TC >> 8));
}

static void must_be_an_answer(void)
{
    static uint8_t records[ANSWER_RECORDS_MAX];
    const struct response response = {.reply = result.reply,
                                      .reply_len = result.reply_len,
                                      .ede = result.ede,
                                      .failure = result.failure};
    struct answer answer;

    answer_init(&answer, &question, records, sizeof records);
    if (response_to_answer(&response, &question, NULL, &answer))
        must(answer.rcode == wire_rcode(result.reply));
}

static void question_ended(void *owner)
{
    (void)owner;
    done++;
    must(clock_ms() - begun <= TURNS_MS);
    must(result.reply || (result.ede != EDE_NONE && result.failure[0] != '\0'));
    must(!result.is_denial || may_deny);
    if (result.reply && !result.is_denial)
        must_be_the_last(result.reply, result.reply_len);
    must_be_an_answer();
    free(result.reply);
}

static void stop(void *context)
{
    loop_stop(context);
}

/* All that is under way comes to its end. */
static void run_until_over(void)
{
    struct timer timer;

    timer_init(&timer, stop, loop);
    timer_set(loop, &timer, begun + OVER_MS);
    must(loop_run(loop) == 0);
    timer_cancel(&comes_back);
    must(done == 1 && upstream->tcp_trials == 0 && sockets_open() == 0);
    must(upstream->questions.count == 0 && upstream->loop_checks.count == 0 &&
         upstream->rechecks.count == 0);
}

/* The bits of `wish` choose what is asked, how, and how long after the last question. */
static void ask(unsigned wish, uint16_t type)
{
    static const int later_ms[] = {0, 1000, 61000, 901000};
    static const struct name name = NAME_OF("\1a\4TeSt");
    struct resolv_conf conf = {.server_count = 1 + (wish & 1),
                               .timeout_ms = 1000,
                               .attempts = 2,
                               .use_tcp = (wish & 2) != 0,
                               .rotate = (wish & 4) != 0};

    must(addr_parse(&conf.servers[0], "192.0.2.1", 53));
    must(addr_parse(&conf.servers[1], "192.0.2.2", 53));
    question = (struct question){.type = type, .flags = (uint8_t)(wish >> 3 & 3)};
    question_set_name(&question, name);
    if (wish & 128)
        question_set_forwarder(&question, FORWARDER);
    fuzz_us += later_ms[wish >> 5 & 3] * INT64_C(1000);
    begun = clock_ms();
    done = queries = attacked = asked_again = other_case.server = 0;
    upstream_ask(upstream, &conf, &question, &result, question_ended, NULL);
    run_until_over();
}

/* The bits of the first octet choose what there is. */
static void begin(unsigned what)
{
    struct upstream_config config = {.most = 10, .mixed_case = !(what & 1)};

    loop = loop ? loop : loop_new();
    must(loop);
    log_open("hostdnsd", LOG_LEVEL_ERROR);
    sockets_begin();
    sockets_here = what & 6;
    altered = 0;
    may_deny = false;
    timer_init(&comes_back, take_back, NULL);
    upstream = upstream_new(loop, &config);
    must(upstream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t what = 0, wish, type;

    input = reader_of(data, size);
    get_u8(&input, &what);
    begin(what);
    for (int i = 0; i < QUESTIONS && get_u8(&input, &wish) && get_u8(&input, &type); i++)
        ask(wish, type);
    upstream_free(upstream);
    return 0;
}
