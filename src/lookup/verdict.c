#include "lookup/verdict.h"

#include <stdlib.h>

#include "dns/clear.h"
#include "dns/transaction.h"
#include "lookup/by_address.h"
#include "lookup/by_name.h"
#include "lookup/half.h"
#include "lookup/hosts_words.h"
#include "lookup/job_answer.h"
#include "lookup/sources.h"
#include "lookup/subqueries.h"

enum {
    SHORT_REPLY = 4096, /* in octets; a longer reply is worth a thread */
    LONG_FILE = 5000,   /* in words; a longer hosts file is read for a few jobs at a time */
};

bool verdict_is_known(enum lookup_next next, const struct question *question,
                      uint16_t asked, const struct response *response)
{
    switch (next) {
    case LOOKUP_RELAY:
    case LOOKUP_EXISTS:
        return true;
    case LOOKUP_DNS_DECIDES:
        /* A response for another type tells nothing about what libc would see. */
        return asked == question->type &&
               (!response->reply ||
                clear_reply(question, response->reply, response->reply_len));
    default:
        return false;
    }
}

/* The servers' word that a reply is authentic (RFC 6840 section 5.7) counts if it is about
 * what was asked, and resolv.conf trusts it. */
static bool is_authentic(const struct job *job, const struct subquery *subquery)
{
    if (subquery == job->main && subquery->question.type != job->question.type)
        return false;
    return job->conf.trust_ad && subquery->result.reply &&
           (wire_flags(subquery->result.reply) & WIRE_AD) != 0;
}

static struct response response_of(const struct job *job, const struct subquery *subquery,
                                   enum existence existence)
{
    const struct upstream_result *result = &subquery->result;

    return (struct response){
        .reply = result->reply,
        .reply_len = result->reply_len,
        .ede = result->ede == EDE_NONE ? EDE_NO_REACHABLE_AUTHORITY : result->ede,
        .failure = result->failure,
        .existence = job->next == LOOKUP_EXISTS ? EXISTENCE_CONFIRMED : existence,
        .is_authentic = is_authentic(job, subquery),
    };
}

/* Only a denial may be wrong about the name. For others the responses for other types,
 * which may be long, need not be read. */
static bool is_denial(const struct subquery *subquery)
{
    return subquery->result.reply && subquery_is_nxdomain(subquery);
}

static struct response main_response(const struct job *job)
{
    enum existence existence = EXISTENCE_UNCHECKED;

    if (job->id & MESSAGE_NAME_EXISTS)
        existence = EXISTENCE_CONFIRMED;
    else if (is_denial(job->main))
        existence = address_check_existence(&job->addresses);
    return response_of(job, job->main, existence);
}

/* The response for the other address family. */
static struct response other_response(const struct job *job)
{
    const struct subquery *other = job->addresses.first;

    return response_of(
        job, other, is_denial(other) ? subquery_existence(job->main) : EXISTENCE_UNCHECKED);
}

static void judge(const struct job *job, const struct subquery *subquery,
                  const struct question *question, const struct response *response,
                  struct answer *answer)
{
    const struct lookup_config *config = job->jobs->config;
    const struct libc_dns dns = {libc_stub_addr(job->jobs->stub), &subquery->entry.asked};

    if (subquery->is_final)
        response_to_answer(response, question, NULL, answer);
    else if (question->type == TYPE_PTR)
        by_address_verdict(config, question, response, &dns, answer);
    else
        by_name_verdict(config, question, response, &dns, answer);
    if (subquery->is_denied)
        answer_finish(answer, question, config->local->negative_ttl);
}

/* The other family was not asked for, but mostly is next. */
static void send_unasked(struct job *job)
{
    const struct subquery *subquery = job->addresses.first;
    struct response response = other_response(job);
    struct answer answer;

    answer_init(&answer, &subquery->question, job->buffers->records,
                sizeof job->buffers->records);
    judge(job, subquery, &subquery->question, &response, &answer);
    job_answer_complete(job, subquery, &subquery->question, &answer);
    if (answer.rcode != RCODE_SERVFAIL)
        job_answer_send(job, job->id | MESSAGE_UNSOLICITED, &subquery->question, &answer);
}

/* A server that asks us back may only repeat what we told it about the other family. */
static bool has_unasked(const struct job *job)
{
    const struct subquery *other = job->addresses.first;

    return other && other->result.reply && type_is_address(job->question.type) &&
           !job->main->result.is_denial && !other->result.is_denial;
}

/* Every name server asks us back for the name, so no zone has given the reason. */
static void explain_denial(const struct job *job, struct answer *answer)
{
    const struct upstream_result *result = &job->main->result;

    if (!result->is_denial || answer->rcode != RCODE_NXDOMAIN)
        return;
    if (answer->count[SECTION_AUTHORITY] == 0)
        answer_finish(answer, &job->question, job->jobs->config->local->negative_ttl);
    answer_explain(answer, EDE_SYNTHESIZED, "%s", result->failure);
}

static void make_answer(const struct job *job, struct answer *answer)
{
    const struct question *question = &job->question;
    struct response response = main_response(job), other;

    if (question->type == TYPE_ANY && job->addresses.first) {
        other = other_response(job);
        response_to_any(question, &response, &other, answer);
        return;
    }
    judge(job, job->main, question, &response, answer);
    if (half_is_wanted(job->jobs->config, question, question->type))
        half_say(job->main, job->addresses.first, answer);
}

/*
 * True if nsswitch.conf was edited since the probe. libc would decide by the new line,
 * while the probe has told who owns the name by the old one, and together they may deny a
 * name that both lines know.
 */
static bool has_new_line(const struct job *job)
{
    return !job->has_restarted && sources_now().version != job->plan.sources;
}

static void run_verdict(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);
    uint32_t at = steps_now(job->steps);
    struct answer answer;

    job->buffers = malloc(sizeof *job->buffers);
    if (!job->buffers)
        return;
    if (has_unasked(job))
        send_unasked(job); /* first, because the client may ask for it as soon as it has the
                              answer */
    answer_init(&answer, &job->question, job->buffers->records,
                sizeof job->buffers->records);
    make_answer(job, &answer);
    job->is_of_two_lines = answer.count[SECTION_ANSWER] == 0 && has_new_line(job);
    if (job->is_of_two_lines)
        return;
    steps_verdict(job->steps, at, job->main->is_final || job->question.type == TYPE_ANY);
    explain_denial(job, &answer);
    job_answer_complete(job, job->main, &job->question, &answer);
    job_answer_send(job, job->id, &job->question, &answer);
}

static void withdraw(struct job *job)
{
    subquery_withdraw(job->main);
    subquery_withdraw(job->addresses.first);
}

/* What was said of the other family is dropped as well. */
static void begin_again(struct job *job)
{
    job_drop_messages(job);
    subqueries_restart(job);
}

static void after_verdict(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);

    timer_cancel(&job->starving);
    withdraw(job);
    free(job->buffers);
    job->buffers = NULL;
    scan_queue_end(&job->jobs->scans, &job->scan);
    if (job->is_cancelled)
        job_free(job);
    else if (job->is_of_two_lines)
        begin_again(job);
    else
        job_answer_end(job);
}

/* True if the answer can be made at once: without libc, and of short messages. */
static bool is_cheap(const struct subquery *subquery)
{
    return !subquery || (subquery->is_final && subquery->result.reply_len <= SHORT_REPLY);
}

static void set_final(const struct job *job, struct subquery *subquery,
                      const struct question *question)
{
    struct response response = response_of(job, subquery, EXISTENCE_UNCHECKED);

    subquery->is_final =
        verdict_is_known(job->next, question, subquery->question.type, &response);
}

/* True if libc's verdict takes long, because libc reads the hosts file once more for it. */
static bool reads_long_file(const struct job *job)
{
    return (job->plan.only_reads || job->plan.next != LOOKUP_DONE) &&
           hosts_words_size().words > LONG_FILE;
}

static void run_in_turn(struct job *job);

static void run_after_scan(struct scan *scan)
{
    run_in_turn(list_item(scan, struct job, scan));
}

static void run_in_turn(struct job *job)
{
    if (!job->is_cancelled && reads_long_file(job) && !job_has_turn(job, run_after_scan))
        return;
    if (!job->is_cancelled && job_run_in_thread(job))
        return;
    withdraw(job);
    job_free(job);
}

void verdict_begin(struct job *job)
{
    struct subquery *other = job->addresses.first;

    set_final(job, job->main, &job->question);
    if (other)
        set_final(job, other, &other->question);
    job->work.run = run_verdict;
    job->work.after = after_verdict;
    if (is_cheap(job->main) && is_cheap(other)) {
        job_run_here(job);
        return;
    }
    if (has_new_line(job)) {
        subqueries_restart(job);
        return;
    }
    subquery_offer(job->main, job->jobs->stub);
    subquery_offer(other, job->jobs->stub);
    run_in_turn(job);
}
