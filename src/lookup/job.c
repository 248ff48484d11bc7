#include "lookup/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/upstream.h"
#include "lookup/host.h"
#include "lookup/negative.h"
#include "lookup/reverse.h"
#include "lookup/shortcut.h"
#include "lookup/sources.h"

enum { SHORT_REPLY = 4096 }; /* octets; a longer one is worth a thread */

/* A question to the name servers, and what came of it. */
struct inquiry {
    struct job *job;
    struct question question;
    struct upstream_result result;
    struct door_hand hand;
    bool is_final;  /* libc need not be asked what it makes of it */
    bool is_denied; /* by us, in the name of a server that only refuses */
};

struct job {
    struct work_item work;
    struct jobs *jobs;
    struct mailbag *mailbag; /* of the process that asks */
    uint64_t id;
    struct table_link by_id; /* in `jobs` */
    bool is_cancelled;       /* while a thread had it: nothing is to be said */
    struct receipt receipt;
    struct question question;
    struct sources sources;  /* as they are when the probe is over */
    struct resolv_conf conf; /* whom to ask then */
    bool has_restarted;
    enum lookup_next next;
    bool has_below; /* the hosts file has names below this one: it may not be denied */
    struct door_hand probe; /* sees whether libc comes to the door without being asked in */
    struct inquiry *inquiry; /* for the question itself; for ANY of A */
    struct inquiry *other;   /* for an address, if one had to be asked for */
    struct inquiry *third;   /* for one of the other family than that, likewise */
    struct inquiry *former;  /* of servers that do not know the name, if others may */
    struct desk *desk;       /* while a thread works; it may end in the middle */
    struct list letters;     /* what a thread has to say; the loop's posts it */
    bool is_answered;        /* the answer is among them, not only news */
};

/* A message to serve, ready to go. */
struct letter {
    struct list link;
    size_t len;
    uint8_t octets[];
};

/* Buffers for an answer and its message, too large for a thread's stack. */
struct desk {
    uint8_t records[ANSWER_RECORDS_MAX];
    uint8_t message[MESSAGE_MAX];
};

/* Whose answer goes where, under which id. */
struct job_key {
    const struct mailbag *mailbag;
    uint64_t id;
};

static bool job_has_key(struct table_link *link, const void *data)
{
    const struct job *job = table_item(link, struct job, by_id);
    const struct job_key *key = data;

    return job->mailbag == key->mailbag && (job->id & ~MESSAGE_ID_FLAGS) == key->id;
}

/* Ids of several processes are hardly ever equal. */
static uint64_t id_hash(const struct jobs *jobs, uint64_t id)
{
    id &= ~MESSAGE_ID_FLAGS;
    return table_hash(&jobs->by_id, &id, sizeof id);
}

int jobs_init(struct jobs *jobs)
{
    return table_init(&jobs->by_id, job_has_key);
}

static struct job *find_job(const struct jobs *jobs, const struct mailbag *mailbag,
                            uint64_t id)
{
    const struct job_key key = {mailbag, id & ~MESSAGE_ID_FLAGS};
    struct table_link *link = table_find(&jobs->by_id, id_hash(jobs, id), &key);

    return link ? table_item(link, struct job, by_id) : NULL;
}

static void leave_desk(struct job *job)
{
    free(job->desk);
    job->desk = NULL;
}

static void inquiry_free(struct inquiry *inquiry)
{
    if (!inquiry)
        return;
    free(inquiry->result.reply);
    free(inquiry);
}

static void job_free(struct job *job)
{
    struct letter *letter;

    while ((letter = list_first(&job->letters, struct letter, link))) {
        list_remove(&letter->link);
        free(letter);
    }
    mailbag_take_back(&job->receipt);
    table_remove(&job->jobs->by_id, &job->by_id);
    inquiry_free(job->inquiry);
    inquiry_free(job->other);
    inquiry_free(job->third);
    inquiry_free(job->former);
    free(job);
}

/* Without memory for it the job is refused later. */
static void write_letter(struct job *job, uint64_t id, const struct question *question,
                         const struct answer *answer)
{
    struct desk *desk = job->desk;
    size_t len =
        message_put_answer(id, question, answer, desk->message, sizeof desk->message);
    struct letter *letter = malloc(sizeof *letter + len);

    if (!letter)
        return;
    letter->len = len;
    memcpy(letter->octets, desk->message, len);
    list_init(&letter->link);
    list_append(&job->letters, &letter->link);
    job->is_answered |= id == job->id;
}

/* An answer without records. */
static void refuse(struct mailbag *mailbag, uint64_t id, const struct question *question,
                   enum ede ede, const char *reason)
{
    uint8_t message[NAME_WIRE_MAX + ANSWER_TEXT + 64];
    struct answer answer;
    size_t len;

    answer_init(&answer, question, NULL, 0);
    answer_fail(&answer, RCODE_SERVFAIL, ede, "%s", reason);
    len = message_put_answer(id, question, &answer, message, sizeof message);
    mailbag_put(mailbag, message, len);
}

/* Our own question for a random name. Who is told of a failure asks again; a denial can be
 * kept. */
static void deny_check(const struct jobs *jobs, struct mailbag *mailbag, uint64_t id,
                       const struct question *question)
{
    uint8_t records[2 * NAME_WIRE_MAX], message[3 * NAME_WIRE_MAX + ANSWER_TEXT + 64];
    struct answer answer;
    size_t len;

    answer_init(&answer, question, records, sizeof records);
    answer.rcode = RCODE_NXDOMAIN;
    answer_explain(&answer, EDE_SYNTHESIZED, "loop: this is our own question");
    negative_finish(jobs->config, question, &answer);
    len = message_put_answer(id, question, &answer, message, sizeof message);
    mailbag_put(mailbag, message, len);
}

static void job_refuse(struct job *job, enum ede ede, const char *reason)
{
    refuse(job->mailbag, job->id, &job->question, ede, reason);
    job_free(job);
}

/* All has been said. */
static void job_end(struct job *job)
{
    for (struct list *link = job->letters.next; link != &job->letters; link = link->next) {
        const struct letter *letter = list_item(link, struct letter, link);

        mailbag_put(job->mailbag, letter->octets, letter->len);
    }
    if (job->is_answered)
        job_free(job);
    else
        job_refuse(job, EDE_OTHER,
                   "no memory for the answer, or a module has ended its lookup");
}

static enum lookup_next probe(const struct job *job, struct answer *answer)
{
    /* In the loop's thread nobody would open the door. */
    const struct libc_dns dns = {
        .door = job->probe.door ? door_addr(job->jobs->door) : NULL,
        .asked = &job->probe.asked,
    };
    const struct lookup_config *config = job->jobs->config;
    const struct question *question = &job->question;
    uint8_t address[16];
    enum reverse_kind kind = reverse_parse(question->name, question->name_len, address);

    if (kind != REVERSE_NONE)
        return reverse_probe(config, question, kind, address, &dns, answer);
    if (question->name_len > 1)
        return host_probe(config, question, &dns, answer);
    if (question->type == TYPE_A || question->type == TYPE_AAAA ||
        question->type == TYPE_ANY)
        return LOOKUP_DONE; /* the root has no address */
    return LOOKUP_RELAY;
}

static bool is_reverse(const struct question *question)
{
    uint8_t address[16];

    return reverse_parse(question->name, question->name_len, address) != REVERSE_NONE;
}

static void spare_parent(const struct job *job, struct answer *answer)
{
    if (job->has_below && answer->rcode == RCODE_NXDOMAIN &&
        answer->count[SECTION_ANSWER] == 0)
        answer_spare_name(answer);
}

static void run_probe(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);
    struct answer answer;

    job->desk = malloc(sizeof *job->desk);
    if (!job->desk)
        return;
    answer_init(&answer, &job->question, job->desk->records, sizeof job->desk->records);
    job->next = probe(job, &answer);
    if ((job->next != LOOKUP_DONE || answer.rcode == RCODE_NXDOMAIN) &&
        !is_reverse(&job->question))
        job->has_below = host_has_below(&job->question);
    spare_parent(job, &answer);
    if (job->next == LOOKUP_DONE)
        write_letter(job, job->id, &job->question, &answer);
}

static bool put_work(struct job *job);
static void work_here(struct job *job);
static void start_probe(struct job *job);
static void start_verdict(struct job *job);
static void inquire(struct job *job, struct inquiry **inquiry, uint16_t type);

static bool is_address_type(uint16_t type)
{
    return type == TYPE_A || type == TYPE_AAAA;
}

static bool has_no_aaaa(const struct job *job)
{
    return job->jobs->config->filter_aaaa || job->conf.no_aaaa;
}

/*
 * The type to ask the name servers for. ANY is made of both address families; of types that
 * are no data (RFC 6895 section 3.1) only whether the name exists can be said, and of AAAA
 * too where resolv.conf says no-aaaa.
 */
static uint16_t asked_type(const struct job *job)
{
    uint16_t type = job->question.type;
    bool is_meta = type == 0 || (type >= 128 && type <= 255);

    return is_meta || (type == TYPE_AAAA && has_no_aaaa(job)) ? TYPE_A : type;
}

static bool denies(const struct inquiry *inquiry)
{
    return inquiry->result.reply && upstream_rcode(inquiry->result.reply) == RCODE_NXDOMAIN;
}

/*
 * The address type that has to be asked for as well, or 0. RFC 4074 section 4.2: a server
 * may say NXDOMAIN of a name that has no data of just this type.
 */
static uint16_t next_type(const struct job *job)
{
    uint16_t asked = job->inquiry->question.type;

    if (job->question.type == TYPE_ANY)
        return job->other || job->jobs->config->filter_aaaa ? 0 : TYPE_AAAA;
    if (!denies(job->inquiry) || job->has_below || job->next == LOOKUP_EXISTS)
        return 0;
    if (is_address_type(asked) && !job->other && !has_no_aaaa(job))
        return asked == TYPE_A ? TYPE_AAAA : TYPE_A;
    /* Reverse names have no addresses, so nothing could confirm their denial. */
    if (is_address_type(asked) || is_reverse(&job->question) ||
        job->id & (MESSAGE_NAME_EXISTS | MESSAGE_NO_NAME))
        return 0;
    if (!job->other)
        return TYPE_A;
    return denies(job->other) && !job->third && !has_no_aaaa(job) ? TYPE_AAAA : 0;
}

/* Also where resolv.conf names its stub, and no other server. */
static bool asks_resolved(const struct job *job)
{
    const struct addr stub = resolved_stub();

    return job->conf.server_count == 1 && addr_equal(&job->conf.servers[0], &stub);
}

static void restart(struct job *job)
{
    inquiry_free(job->inquiry);
    inquiry_free(job->other);
    inquiry_free(job->third);
    inquiry_free(job->former);
    job->inquiry = job->other = job->third = job->former = NULL;
    job->has_restarted = true;
    sources_look();
    start_probe(job);
}

/* True if resolved's stub turns out to be no name server: the line then goes on without it.
 */
static bool goes_on_without_stub(struct job *job, const struct inquiry *inquiry)
{
    const struct addr stub = resolved_stub();
    bool is_us;

    if (job->has_restarted || inquiry->result.reply || !asks_resolved(job))
        return false;
    if (inquiry->result.error == ECONNREFUSED)
        sources_forget_resolved(); /* it has ended, or was switched off, since then */
    else if (job->sources.servers == SERVERS_OF_RESOLVED && !job->sources.stub_loops &&
             !job->former && upstream_leads_back(job->jobs->upstream, &stub, &is_us))
        sources_stub_leads_back(is_us);
    else
        return false;
    restart(job);
    return true;
}

/* What a top-level domain has, whoever serves it. */
static bool is_type_of_zones(uint16_t type)
{
    return type == TYPE_NS || type == TYPE_SOA || type == TYPE_DS || type == TYPE_DNSKEY;
}

/*
 * resolved has no server to ask for a name of one label, so its stub refuses. That means
 * that nobody knows such a host, so the name is denied.
 */
static bool is_refused_label(const struct job *job, const struct inquiry *inquiry)
{
    const struct question *question = &inquiry->question;

    return !inquiry->result.reply && inquiry->result.rcode == RCODE_REFUSED &&
           question->name_len == question->name[0] + 2 &&
           !is_type_of_zones(question->type) && asks_resolved(job);
}

static void deny(struct inquiry *inquiry)
{
    uint8_t query[UPSTREAM_QUERY_MAX], reply[UPSTREAM_QUERY_MAX];
    size_t len = upstream_write_query(&(struct query_header){0}, &inquiry->question, query);

    len = upstream_make_reply(query, len, RCODE_NXDOMAIN, reply, sizeof reply);
    inquiry->result.reply = malloc(len);
    if (!inquiry->result.reply)
        return;
    memcpy(inquiry->result.reply, reply, len);
    inquiry->result.reply_len = len;
    inquiry->is_denied = true;
}

/* To libc that is the same as a denial. */
static bool finds_nothing(const struct inquiry *inquiry)
{
    return denies(inquiry) || upstream_has_no_answer(inquiry->result.reply);
}

/* True if the line goes on from one kind of servers to another. */
static bool others_are_next(const struct job *job, const struct inquiry *inquiry)
{
    const struct sources *sources = &job->sources;

    if (sources->then == SERVERS_NONE || job->former)
        return false;
    return inquiry->result.reply ? finds_nothing(inquiry) && sources->then_if_denied
                                 : sources->then_if_failed;
}

static void ask_others(struct job *job)
{
    job->former = job->inquiry;
    job->inquiry = NULL;
    sources_read_servers(job->sources.then, &job->conf);
    inquire(job, &job->inquiry, job->former->question.type);
}

/* If they have failed, what the former said stands. So does whatever is no denial before
 * one: the former may know a name that nobody else does. */
static bool former_stands(const struct inquiry *former, const struct inquiry *inquiry)
{
    if (!inquiry->result.reply)
        return true;
    return denies(inquiry) && !denies(former);
}

static void choose_reply(struct job *job)
{
    struct inquiry *inquiry = job->inquiry, *former = job->former;

    if (!former || !former_stands(former, inquiry))
        return;
    job->inquiry = former;
    job->former = inquiry;
}

static void servers_have_said(void *owner)
{
    struct inquiry *inquiry = owner;
    struct job *job = inquiry->job;
    uint16_t type;

    if (goes_on_without_stub(job, inquiry))
        return;
    if (is_refused_label(job, inquiry))
        deny(inquiry);
    if (others_are_next(job, inquiry)) {
        ask_others(job);
        return;
    }
    if (!job->other)
        choose_reply(job);
    type = next_type(job);
    if (type != 0)
        inquire(job, job->other ? &job->third : &job->other, type);
    else
        start_verdict(job);
}

/* Starts to ask the name servers for the job's name and this type. */
static void inquire(struct job *job, struct inquiry **inquiry, uint16_t type)
{
    *inquiry = calloc(1, sizeof **inquiry);
    if (!*inquiry) {
        job_refuse(job, EDE_OTHER, "no memory for the question");
        return;
    }
    (*inquiry)->job = job;
    (*inquiry)->question = job->question;
    (*inquiry)->question.type = type;
    /* Only whether there are records counts, but for ANY. Behind an NXDOMAIN that it has
     * told with DO, the stub of systemd 257 leaves such a question unanswered. */
    if (inquiry != &job->inquiry && job->question.type != TYPE_ANY)
        (*inquiry)->question.flags &= (uint8_t)~QUESTION_DNSSEC_OK;
    upstream_ask(job->jobs->upstream, &job->conf, &(*inquiry)->question,
                 &(*inquiry)->result, servers_have_said, *inquiry);
}

/*
 * It waits for others, not for us: more questions may come. If many wait for threads, what
 * comes of this one would add to them, so its place is free with the answer only.
 */
static void take_up(struct job *job)
{
    if (!work_is_crowded(job->jobs->work))
        mailbag_give_receipt(job->mailbag, &job->receipt, job->id);
}

static void after_probe(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);

    door_drop(&job->probe);
    leave_desk(job);
    if (job->is_cancelled) {
        job_free(job);
    } else if (job->next == LOOKUP_DONE) {
        job_end(job);
    } else {
        if (!job->work.is_slow && !job->has_restarted)
            take_up(job);
        job->sources = sources_last();
        sources_read_servers(job->sources.servers, &job->conf);
        inquire(job, &job->inquiry, asked_type(job));
    }
}

/* A reply that makes no sense does not tell that the name exists. */
static bool is_readable(const struct inquiry *inquiry)
{
    uint8_t *records = malloc(ANSWER_RECORDS_MAX);
    struct answer answer;
    bool readable;

    if (!records)
        return false;
    answer_init(&answer, &inquiry->question, records, ANSWER_RECORDS_MAX);
    readable = relay_read(&inquiry->question, inquiry->result.reply,
                          inquiry->result.reply_len, NULL, &answer);
    free(records);
    return readable;
}

static enum heard_other other_of(const struct inquiry *other)
{
    if (!other)
        return HEARD_NO_OTHER;
    if (!other->result.reply)
        return HEARD_OTHER_FAILED;
    switch (upstream_rcode(other->result.reply)) {
    case RCODE_NOERROR:
        return is_readable(other) ? HEARD_OTHER_EXISTS : HEARD_OTHER_FAILED;
    case RCODE_NXDOMAIN:
        return HEARD_OTHER_AGREES;
    default:
        return HEARD_OTHER_FAILED;
    }
}

/* What else is known of the job's name. */
static enum heard_other others_of(const struct job *job)
{
    enum heard_other other = other_of(job->other), third = other_of(job->third);

    if (job->id & MESSAGE_NAME_EXISTS)
        return HEARD_OTHER_EXISTS;
    return third == HEARD_NO_OTHER ? other : third; /* a third is asked if both agree */
}

/* RFC 6840 section 5.7: AD tells something where the way to the server is safe. It speaks
 * of the type that the server was asked for. */
static bool is_authentic(const struct inquiry *inquiry)
{
    const struct job *job = inquiry->job;

    if (inquiry == job->inquiry && inquiry->question.type != job->question.type)
        return false;
    return job->conf.trust_ad && inquiry->result.reply &&
           upstream_is_authentic(inquiry->result.reply);
}

static struct heard heard_of(const struct inquiry *inquiry, enum heard_other other)
{
    const struct upstream_result *result = &inquiry->result;

    return (struct heard){
        .reply = result->reply,
        .reply_len = result->reply_len,
        .ede = result->ede == EDE_NONE ? EDE_NO_REACHABLE_AUTHORITY : result->ede,
        .failure = result->failure,
        .other = inquiry->job->next == LOOKUP_EXISTS ? HEARD_OTHER_EXISTS : other,
        .is_authentic = is_authentic(inquiry),
    };
}

static void judge(const struct job *job, const struct inquiry *inquiry,
                  const struct question *question, const struct heard *heard,
                  struct answer *answer)
{
    const struct lookup_config *config = job->jobs->config;
    const struct libc_dns dns = {door_addr(job->jobs->door), &inquiry->hand.asked};

    if (inquiry->is_final)
        heard_say(heard, question, NULL, answer);
    else if (question->type == TYPE_PTR)
        reverse_verdict(config, question, heard, &dns, answer);
    else
        host_verdict(config, question, heard, &dns, answer);
    if (inquiry->is_denied)
        negative_finish(config, question, answer);
}

/* Every name server asks us for the name: no zone of theirs has given a reason. */
static void explain_denial(const struct job *job, struct answer *answer)
{
    const struct upstream_result *result = &job->inquiry->result;

    if (!result->is_denial || answer->rcode != RCODE_NXDOMAIN)
        return;
    if (answer->count[SECTION_AUTHORITY] == 0)
        negative_finish(job->jobs->config, &job->question, answer);
    answer_explain(answer, EDE_SYNTHESIZED, "%s", result->failure);
}

/* The other family's answer was not asked for, but mostly is the next question. */
static void send_news(struct job *job)
{
    const struct question *question = &job->other->question;
    struct heard heard = heard_of(job->other, other_of(job->inquiry));
    struct answer answer;

    answer_init(&answer, question, job->desk->records, sizeof job->desk->records);
    judge(job, job->other, question, &heard, &answer);
    spare_parent(job, &answer);
    if (answer.rcode != RCODE_SERVFAIL)
        write_letter(job, job->id | MESSAGE_NEWS, question, &answer);
}

/* What a server that asks us says of another type may be what we have told it. */
static bool is_news_worth(const struct job *job)
{
    return job->other && is_address_type(job->question.type) &&
           !job->inquiry->result.is_denial && !job->other->result.is_denial;
}

static void run_verdict(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);
    struct heard heard = heard_of(job->inquiry, others_of(job));
    struct heard other;
    struct answer answer;

    job->desk = malloc(sizeof *job->desk);
    if (!job->desk)
        return;
    if (is_news_worth(job))
        send_news(job); /* first: who gets the answer may ask for it at once */
    answer_init(&answer, &job->question, job->desk->records, sizeof job->desk->records);
    if (job->question.type == TYPE_ANY && job->other) {
        other = heard_of(job->other, other_of(job->inquiry));
        host_say_any(&job->question, &heard, &other, &answer);
    } else {
        judge(job, job->inquiry, &job->question, &heard, &answer);
    }
    explain_denial(job, &answer);
    spare_parent(job, &answer);
    write_letter(job, job->id, &job->question, &answer);
}

static void hold(struct job *job, struct inquiry *inquiry)
{
    if (!inquiry)
        return;
    inquiry->hand.question = inquiry->question;
    inquiry->hand.reply = inquiry->result.reply;
    inquiry->hand.reply_len = inquiry->result.reply_len;
    door_hold(job->jobs->door, &inquiry->hand);
}

static void after_verdict(struct work_item *item)
{
    struct job *job = list_item(item, struct job, work);

    door_drop(&job->inquiry->hand);
    if (job->other)
        door_drop(&job->other->hand);
    leave_desk(job);
    if (job->is_cancelled)
        job_free(job);
    else
        job_end(job);
}

static bool is_final(const struct job *job, const struct inquiry *inquiry,
                     const struct question *question)
{
    struct heard heard = heard_of(inquiry, HEARD_NO_OTHER);

    return shortcut_verdict(job->next, question, inquiry->question.type, &heard);
}

/* True if the answer can be made here and now: without libc, and of short messages. */
static bool is_cheap(const struct inquiry *inquiry)
{
    return !inquiry || (inquiry->is_final && inquiry->result.reply_len <= SHORT_REPLY);
}

static void start_verdict(struct job *job)
{
    struct inquiry *inquiry = job->inquiry, *other = job->other;

    inquiry->is_final = is_final(job, inquiry, &job->question);
    if (other)
        other->is_final = is_final(job, other, &other->question);
    job->work.run = run_verdict;
    job->work.after = after_verdict;
    if (is_cheap(inquiry) && is_cheap(other)) {
        work_here(job);
        return;
    }
    hold(job, inquiry);
    hold(job, other);
    if (!put_work(job)) {
        door_drop(&inquiry->hand);
        if (other)
            door_drop(&other->hand);
        job_free(job);
    }
}

/* Where an mDNS module is asked for a name that nobody has, it waits 5 s to say so. */
static bool is_slow(const struct question *question)
{
    static const uint8_t local[] = "\5local";

    return name_apex_at(question->name, question->name_len, local, sizeof local) != -1;
}

/* In the loop's thread: what cannot take long needs no other one, and no wake-ups. */
static void work_here(struct job *job)
{
    job->work.run(&job->work);
    job->work.after(&job->work);
}

static bool put_work(struct job *job)
{
    if (work_put(job->jobs->work, &job->work))
        return true;
    refuse(job->mailbag, job->id, &job->question, EDE_NOT_READY,
           job->work.is_slow ? "too many .local names are being looked up"
                             : "all lookup threads hang");
    return false;
}

static void start_probe(struct job *job)
{
    job->probe = (struct door_hand){.question = job->question, .is_probe = true};
    job->next = LOOKUP_DONE; /* unless the probe says otherwise: without it, refused */
    job->work.run = run_probe;
    job->work.after = after_probe;
    if (shortcut_probe(clock_ms())) {
        work_here(job);
        return;
    }
    door_hold(job->jobs->door, &job->probe);
    if (!put_work(job)) {
        door_drop(&job->probe);
        job_free(job);
    } else if (job->work.is_slow && !job->has_restarted) {
        take_up(job); /* slow ones wait for each other alone */
    }
}

void job_start(struct jobs *jobs, struct mailbag *mailbag, uint64_t id,
               const struct question *question)
{
    struct job *job;

    if (upstream_is_own_check(jobs->upstream, question)) {
        deny_check(jobs, mailbag, id, question);
        return;
    }
    job = calloc(1, sizeof *job);
    if (!job) {
        refuse(mailbag, id, question, EDE_OTHER, "no memory for the question");
        return;
    }
    list_init(&job->letters);
    job->jobs = jobs;
    job->mailbag = mailbag;
    job->id = id;
    table_add(&jobs->by_id, id_hash(jobs, id), &job->by_id);
    job->question = *question;
    job->work.is_slow = is_slow(question);
    start_probe(job);
}

/* False if no name server is being asked for it. */
static bool stop_asking(struct inquiry *inquiry)
{
    if (!inquiry || !inquiry->result.query)
        return false;
    upstream_cancel(&inquiry->result);
    return true;
}

void job_cancel(struct jobs *jobs, const struct mailbag *mailbag, uint64_t id)
{
    struct job *job = find_job(jobs, mailbag, id);

    if (!job)
        return;
    if (stop_asking(job->inquiry) || stop_asking(job->other) || stop_asking(job->third))
        job_free(job);
    else
        job->is_cancelled = true;
}
