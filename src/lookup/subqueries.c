#include "lookup/subqueries.h"

#include "base/clock.h"
#include "lookup/by_address.h"
#include "lookup/half.h"
#include "lookup/server_choice.h"

bool subqueries_stop(struct job *job)
{
    bool was_asking = subquery_stop(job->main);

    timer_cancel(&job->half);
    return address_check_stop(&job->addresses) || was_asking;
}

static bool has_no_aaaa(const struct job *job)
{
    return job->jobs->config->local->filter_aaaa || job->conf.no_aaaa;
}

/*
 * The type to ask the name servers for. ANY is made of both address families. Types that
 * are no data (RFC 6895 section 3.1), and AAAA if resolv.conf says no-aaaa, have no
 * records, so only the existence of the name matters.
 */
static uint16_t asked_type(const struct job *job)
{
    uint16_t type = job->question.type;
    bool is_meta = type == 0 || (type >= 128 && type <= 255);

    return is_meta || (type == TYPE_AAAA && has_no_aaaa(job)) ? TYPE_A : type;
}

static bool wants_half(const struct job *job)
{
    return !job->conf.no_aaaa &&
           half_is_wanted(job->jobs->config, &job->question, asked_type(job));
}

/* True if a denial of the name need not be checked. */
static bool needs_no_check(const struct job *job)
{
    if (job->has_below || job->next == LOOKUP_EXISTS)
        return true;
    if (type_is_address(job->main->question.type))
        return false;
    /* Reverse names have no addresses, so nothing could disprove their denial. */
    return job->id & (MESSAGE_NAME_EXISTS | MESSAGE_NO_NAME) ||
           by_address_is_asked(&job->question);
}

/* True if addresses tell something about the response to the question itself. */
static bool needs_addresses(const struct job *job)
{
    if (job->question.type == TYPE_ANY)
        return !job->jobs->config->local->filter_aaaa;
    if (wants_half(job) && subquery_existence(job->main) == EXISTENCE_UNKNOWN)
        return true;
    return subquery_is_nxdomain(job->main) && !needs_no_check(job);
}

/* The address type to ask for as well, or 0. */
static uint16_t next_type(const struct job *job)
{
    if (!needs_addresses(job))
        return 0;
    if (job->question.type == TYPE_ANY)
        return job->addresses.first ? 0 : TYPE_AAAA;
    return address_check_next(&job->addresses, job->main->question.type, !has_no_aaaa(job));
}

/* Notes which server has replied, and its tries; to be called before others are chosen. */
static void note_server(struct subquery *subquery)
{
    const struct upstream_result *result = &subquery->result;
    const struct job *job = subquery->job;

    steps_tries(job->steps, result, &job->conf, subquery->question.type);
    if (result->reply && !result->is_denial)
        subquery->server = job_server_number(job->jobs, &job->conf.servers[result->server]);
}

/* A subquery that is given up still shows its tries among the steps. */
static void give_up(struct subquery *subquery)
{
    if (subquery_stop(subquery))
        note_server(subquery);
}

static void complete(struct job *job)
{
    timer_cancel(&job->half);
    give_up(job->addresses.first);
    give_up(job->addresses.second);
    address_check_stop(&job->addresses);
    job->jobs->asked(job, ASK_COMPLETE);
}

static void ask(struct job *job, struct subquery **subquery, uint16_t type,
                result_done *done)
{
    *subquery = subquery_new(job, &job->question, type);
    if (!*subquery) {
        job->jobs->asked(job, ASK_NO_MEMORY);
        return;
    }
    /* Other subqueries than the main one only tell whether there are records, except for
     * ANY, so they do without DO. The stub of systemd 257 does not answer a query with DO
     * for a name that it has denied with DO before. */
    if (subquery != &job->main && job->question.type != TYPE_ANY)
        (*subquery)->question.flags &= (uint8_t)~QUESTION_DNSSEC_OK;
    subquery_begin(*subquery, job->jobs->upstream, &job->conf, done);
}

void subqueries_restart(struct job *job)
{
    job_drop_subqueries(job);
    job->has_restarted = true;
    sources_now();
    job->jobs->asked(job, ASK_RESTART);
}

/* False if the job has begun again. */
static bool take_result(struct subquery *subquery)
{
    struct job *job = subquery->job;

    subquery_end(subquery);
    note_server(subquery);
    if (server_choice_rejects_stub(job, subquery)) {
        subqueries_restart(job);
        return false;
    }
    if (server_choice_knows_denial(job, subquery))
        subquery_make_denial(subquery);
    return true;
}

static void address_has_come(void *owner);

static void ask_address(struct job *job, uint16_t type)
{
    ask(job, address_check_place(&job->addresses), type, address_has_come);
}

static void ask_address_or_end(struct job *job)
{
    bool is_asked = address_check_is_under_way(&job->addresses) && needs_addresses(job);
    uint16_t type = is_asked ? 0 : next_type(job);

    if (!is_asked && type == 0) {
        complete(job);
        return;
    }
    if (job->question.type != TYPE_ANY && subquery_is_nxdomain(job->main))
        address_check_limit(&job->addresses, job->jobs->loop);
    if (type != 0)
        ask_address(job, type);
}

/* Ends with half an answer if the other family has addresses. */
static void end_with_half(struct job *job)
{
    if (address_check_is_under_way(&job->addresses) ||
        !subquery_has_records(job->addresses.first))
        return;
    give_up(job->main);
    half_explain(job->main);
    complete(job);
}

/* Expires twice: at the end of the question's head start, and at that of its time. */
static void half_expired(void *context)
{
    struct job *job = context;

    if (!subquery_is_under_way(job->main))
        return;
    if (job->addresses.first) {
        end_with_half(job);
        return;
    }
    timer_set(job->jobs->loop, &job->half, job->asked_at + HALF_PATIENCE_MS);
    ask_address(job, job->question.type == TYPE_A ? TYPE_AAAA : TYPE_A);
}

static void address_has_come(void *owner)
{
    struct subquery *subquery = owner;
    struct job *job = subquery->job;

    if (!take_result(subquery))
        return;
    if (!subquery_is_under_way(job->main))
        ask_address_or_end(job);
    else if (!timer_is_set(&job->half))
        end_with_half(job);
}

/* The addresses have not come in time, so the denial stands. */
static void addresses_expired(void *context)
{
    complete(context);
}

/* True if libc was not asked because DNS alone can know the name, but the hosts file may
 * have a name below it. */
static bool needs_libc_for_denial(const struct job *job)
{
    return job->plan.may_be_above && !job->has_restarted && subquery_is_nxdomain(job->main);
}

static void response_has_come(void *owner)
{
    struct subquery *subquery = owner;
    struct job *job = subquery->job;

    if (!take_result(subquery))
        return;
    if (needs_libc_for_denial(job)) {
        subqueries_restart(job);
        return;
    }
    if (server_choice_next(job)) {
        ask(job, &job->main, job->former->question.type, response_has_come);
        return;
    }
    server_choice_prefer_responder(job);
    server_choice_end(job);
    ask_address_or_end(job);
}

void subqueries_init(struct job *job)
{
    address_check_init(&job->addresses, addresses_expired, job);
    timer_init(&job->half, half_expired, job);
}

void subqueries_begin(struct job *job)
{
    server_choice_begin(job);
    job->asked_at = clock_ms();
    if (wants_half(job))
        timer_set(job->jobs->loop, &job->half, job->asked_at + HALF_HEAD_START_MS);
    ask(job, &job->main, asked_type(job), response_has_come);
}
