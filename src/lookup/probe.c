#include "lookup/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "dns/reverse.h"
#include "lookup/by_address.h"
#include "lookup/by_name.h"
#include "lookup/hosts_words.h"
#include "lookup/job_answer.h"
#include "lookup/only_dns.h"

/* In octets; reading a hosts file of twice this size costs as much as a thread switch. */
enum { SHORT_FILE = 4096 };

static bool is_short(const char *name)
{
    struct stat file;

    if (stat(name, &file) == -1)
        return errno == ENOENT;
    return S_ISREG(file.st_mode) && file.st_size <= SHORT_FILE;
}

/* How a lookup without a probe goes on. */
static enum lookup_next next_without_probe(const struct lookup_config *config,
                                           const struct question *question,
                                           enum only_dns said)
{
    uint8_t address[16];

    switch (reverse_parse(question_name(question), address)) {
    case REVERSE_NONE:
        return by_name_asks_addresses(config, question) && said != ONLY_DNS_AS_IT_IS
                   ? LOOKUP_DNS_DECIDES
                   : LOOKUP_RELAY;
    case REVERSE_IP4:
    case REVERSE_IP6:
        return question->type == TYPE_PTR ? LOOKUP_DNS_DECIDES : LOOKUP_RELAY;
    default:
        return LOOKUP_RELAY;
    }
}

struct probe_plan probe_plan(const struct lookup_config *config,
                             const struct question *question)
{
    struct sources sources = sources_now_ignoring_nscd();
    struct probe_plan plan = {.next = LOOKUP_DONE, .sources = sources.version};
    enum only_dns said = only_dns_knows(&sources, question);

    plan.only_reads = said == ONLY_DNS_OR_FILES;
    plan.lasts = plan.only_reads && sources.files_first;
    plan.may_be_above = said == ONLY_DNS_OR_ABOVE;
    if (said != ONLY_DNS_PERHAPS_NOT && said != ONLY_DNS_OR_FILES)
        plan.next = next_without_probe(config, question, said);
    return plan;
}

bool probe_is_quick(int64_t now)
{
    static _Thread_local int64_t looked;
    static _Thread_local bool can;

    if (now != looked)
        can = sources_now().files_then_dns && is_short("/etc/hosts");
    looked = now;
    return can;
}

static enum lookup_next ask_libc(const struct job *job, struct answer *answer,
                                 struct twin_answer *twin)
{
    /* The stub answers in the loop's thread, so it cannot while the probe runs there. */
    const struct libc_dns dns = {
        .stub = job->entry.stub ? libc_stub_addr(job->jobs->stub) : NULL,
        .asked = &job->entry.asked,
    };
    const struct lookup_config *config = job->jobs->config;
    const struct question *question = &job->question;
    uint8_t address[16];
    enum reverse_kind kind = reverse_parse(question_name(question), address);

    if (kind != REVERSE_NONE)
        return by_address_probe(config, question, kind, address, &dns, answer);
    if (question->name_len > 1)
        return by_name_probe(config, question, &dns, answer, twin);
    if (type_is_address(question->type) || question->type == TYPE_ANY)
        return LOOKUP_DONE; /* the root has no address */
    return LOOKUP_RELAY;
}

static bool has_below(const struct question *question)
{
    return by_address_is_asked(question) ? by_address_has_below(question)
                                         : by_name_has_below(question);
}

/* Prepares the answer for the other address family, if the same calls of libc tell it. */
static bool init_twin(const struct job *job, struct twin_answer *twin)
{
    if (!job->plan.lasts || !by_name_asks_addresses(job->jobs->config, &job->question))
        return false;
    *twin = (struct twin_answer){.question = job->question};
    twin->question.type = job->question.type == TYPE_A ? TYPE_AAAA : TYPE_A;
    answer_init(&twin->answer, &twin->question, job->buffers->twin_records,
                sizeof job->buffers->twin_records);
    return true;
}

/* Keeps the answers for as long as the hosts file, which decided them, is the same. */
static void keep_answers(struct job *job, const struct answer *answer,
                         struct twin_answer *twin)
{
    if (!job->plan.lasts || answer->rcode == RCODE_SERVFAIL)
        return;
    job_answer_keep(job, &job->question, answer);
    if (!twin || !twin->is_told || twin->answer.rcode == RCODE_SERVFAIL)
        return;
    twin->answer.source = answer->source;
    job_answer_keep(job, &twin->question, &twin->answer);
}

/*
 * True if the answer is a denial and nsswitch.conf was edited meanwhile. libc reads the
 * line by itself, so it may have followed another one than we did: if we took DNS for the
 * last source and libc asked it first, without a name server, its word is that of the
 * others.
 */
static bool denies_by_two_lines(const struct job *job, const struct answer *answer,
                                unsigned *version)
{
    unsigned before = *version;

    if (job->next != LOOKUP_DONE || answer->count[SECTION_ANSWER] > 0)
        return false;
    *version = sources_now().version;
    return *version != before;
}

static void run_probe(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);
    uint32_t at = steps_now(job->steps);
    unsigned version = job->plan.sources;
    struct twin_answer twin;
    struct answer answer;
    bool has_twin;

    job->buffers = malloc(sizeof *job->buffers);
    if (!job->buffers)
        return;
    do {
        has_twin = init_twin(job, &twin);
        answer_init(&answer, &job->question, job->buffers->records,
                    sizeof job->buffers->records);
        job->next = ask_libc(job, &answer, has_twin ? &twin : NULL);
    } while (denies_by_two_lines(job, &answer, &version));
    steps_probe(job->steps, at, job->next, false);
    if (job->next != LOOKUP_DONE || answer.rcode == RCODE_NXDOMAIN)
        job->has_below = has_below(&job->question);
    if (job->next != LOOKUP_DONE)
        return;
    job_answer_complete(job, NULL, &job->question, &answer);
    job_answer_send(job, job->id, &job->question, &answer);
    keep_answers(job, &answer, has_twin ? &twin : NULL);
}

/* libc has read the hosts file in this version if it is the same before and after. */
static void store_kept(const struct job *job)
{
    struct hosts_answers *answers = job->jobs->hosts_answers;
    struct hosts_version now;

    if (list_empty(&job->messages) || !job->plan.lasts)
        return;
    now = hosts_version_now(answers, sources_last().version);
    if (!hosts_version_is(&now, &job->version))
        return;
    list_each(&job->messages, struct job_message, message, link)
        if (message->is_kept)
            hosts_answers_keep(answers, &now, message->octets, message->len);
}

static void after_probe(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);

    timer_cancel(&job->starving);
    libc_stub_remove(&job->entry);
    free(job->buffers);
    job->buffers = NULL;
    store_kept(job);
    scan_queue_end(&job->jobs->scans, &job->scan);
    if (job->is_cancelled)
        job_free(job);
    else
        job->jobs->probed(job);
}

/* True if the probe is left out, because its outcome is known. */
static bool leave_out(struct job *job)
{
    if (job->has_restarted || job->plan.next == LOOKUP_DONE)
        return false;
    job->next = job->plan.next;
    job->work.is_slow = false; /* mDNS is not asked */
    steps_probe(job->steps, steps_now(job->steps), job->next, true);
    job->jobs->probed(job);
    return true;
}

/* The way to an answer that is kept: libc was asked when it was found. */
static void tell_way(struct job *job)
{
    struct answer answer;

    if (!hosts_answers_find(job->jobs->hosts_answers, &job->version, &job->question,
                            &answer))
        return;
    steps_probe(job->steps, steps_now(job->steps), LOOKUP_DONE, true);
    if (answer_is_of_host(&answer))
        steps_owner(job->steps, "files");
    job_answer_send_way(job);
}

/* True if the hosts file, as it is now, has decided the same question before. */
static bool answer_again(struct job *job)
{
    struct hosts_answers *answers = job->jobs->hosts_answers;

    if (!job->plan.lasts)
        return false;
    job->version = hosts_version_now(answers, job->plan.sources);
    if (job->steps)
        tell_way(job);
    if (!hosts_answers_send(answers, &job->version, &job->question, job->send_queue,
                            job->id))
        return false;
    job_free(job);
    return true;
}

static void hosts_are_read(void *context)
{
    struct jobs *jobs = context;

    scan_queue_release(&jobs->scans);
}

bool probe_read_hosts(struct jobs *jobs)
{
    bool is_reading = hosts_words_refresh(jobs->work, hosts_are_read, jobs);

    if (is_reading)
        scan_queue_hold(&jobs->scans);
    return is_reading;
}

/* The job need not wait for the hosts file any more; its answer may be known by now. */
static void begin_again(struct scan *scan)
{
    struct job *job = list_item(scan, struct job, scan);

    if (job->is_cancelled)
        job_free(job);
    else
        probe_begin(job);
}

static void run_in_thread(struct job *job)
{
    libc_stub_add(job->jobs->stub, &job->entry);
    if (!job_run_in_thread(job)) {
        libc_stub_remove(&job->entry);
        job_free(job);
    } else if (job->work.is_slow) {
        job_take_up(job); /* it only delays other slow jobs */
    }
}

void probe_begin(struct job *job)
{
    job->plan = probe_plan(job->jobs->config, &job->question);
    if (leave_out(job) || answer_again(job))
        return;
    probe_read_hosts(job->jobs);
    job->entry = (struct stub_entry){.question = job->question, .is_probe = true};
    job->next = LOOKUP_DONE; /* so the job is refused if the probe ends without a result */
    job->work.run = run_probe;
    job->work.after = after_probe;
    if (probe_is_quick(clock_ms()))
        job_run_here(job);
    else if (!job->plan.only_reads || job_has_turn(job, begin_again))
        run_in_thread(job);
}
