#include "lookup/job_answer.h"

#include <stdlib.h>
#include <string.h>

#include "lookup/owner.h"
#include "lookup/refusal.h"

static void set_source(const struct job *job, const struct subquery *subquery,
                       const struct question *question, struct answer *answer)
{
    char text[OWNER_TEXT];

    if (!answer_is_of_host(answer)) {
        answer->server = subquery && answer->rcode != RCODE_SERVFAIL ? subquery->server : 0;
        return;
    }
    answer->source = (uint8_t)owner_guess(question, job->steps ? text : NULL);
    if (question == &job->question)
        steps_owner(job->steps, text);
}

void job_answer_complete(struct job *job, const struct subquery *subquery,
                         const struct question *question, struct answer *answer)
{
    if (job->has_below && answer->rcode == RCODE_NXDOMAIN &&
        answer->count[SECTION_ANSWER] == 0)
        answer_spare_name(answer);
    set_source(job, subquery, question, answer);
}

static bool add_message(struct job *job, uint64_t id, const struct question *question,
                        const struct answer *answer, bool is_kept)
{
    uint8_t *octets = job->buffers->message;
    size_t len = message_put_answer(id, question, answer, octets, MESSAGE_MAX);
    struct job_message *message = malloc(sizeof *message + len);

    if (!message)
        return false;
    *message = (struct job_message){.is_kept = is_kept, .len = len};
    memcpy(message->octets, octets, len);
    list_init(&message->link);
    list_append(&job->messages, &message->link);
    return true;
}

void job_answer_send(struct job *job, uint64_t id, const struct question *question,
                     const struct answer *answer)
{
    if (add_message(job, id, question, answer, false))
        job->is_answered |= id == job->id;
}

void job_answer_keep(struct job *job, const struct question *question,
                     const struct answer *answer)
{
    add_message(job, job->id, question, answer, true);
}

/* A new process has not been told about any server. */
static void send_servers(const struct job *job)
{
    const struct jobs *jobs = job->jobs;

    for (size_t i = job->steps ? 0 : send_queue_servers_told(job->send_queue);
         i < jobs->server_count; i++) {
        struct way_endpoint server = steps_endpoint(&jobs->servers[i]);

        send_queue_add_server(job->send_queue, (uint8_t)(i + 1), &server);
    }
}

void job_answer_send_way(struct job *job)
{
    uint8_t message[MESSAGE_WAY_MAX];
    size_t len = steps_message(job->steps, job->id, message);

    if (len > 0)
        send_queue_add(job->send_queue, message, len);
}

void job_answer_end(struct job *job)
{
    send_servers(job);
    job_answer_send_way(job);
    list_each(&job->messages, struct job_message, message, link)
        if (!message->is_kept)
            send_queue_add(job->send_queue, message->octets, message->len);
    if (job->is_answered)
        job_free(job);
    else
        job_answer_refuse(
            job, EDE_OTHER,
            "no memory for the answer, or an NSS module has ended the thread");
}

void job_answer_refuse(struct job *job, enum ede ede, const char *reason)
{
    refusal_put(job->send_queue, job->id, &job->question, ede, reason);
    job_free(job);
}
