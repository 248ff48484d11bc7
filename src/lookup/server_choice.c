#include "lookup/server_choice.h"

#include <errno.h>
#include <string.h>

#include "dns/rcode.h"

void server_choice_begin(struct job *job)
{
    job->sources = sources_last();
    sources_read_servers(job->sources.servers, &job->conf);
}

/* Also true if resolv.conf names resolved's stub and no other server. */
static bool asks_resolved(const struct job *job)
{
    const struct addr stub = resolved_stub();

    return job->conf.server_count == 1 && addr_equal(&job->conf.servers[0], &stub);
}

bool server_choice_rejects_stub(struct job *job, const struct subquery *subquery)
{
    const struct addr stub = resolved_stub();
    bool is_us;

    if (job->has_restarted || subquery->result.reply || !asks_resolved(job))
        return false;
    if (subquery->result.error == ECONNREFUSED) {
        sources_forget_resolved(); /* resolved has ended, or its stub was switched off */
        return true;
    }
    if (job->sources.servers != SERVERS_OF_RESOLVED || job->sources.stub_loops ||
        job->former || !upstream_leads_back(job->jobs->upstream, &stub, &is_us))
        return false;
    sources_stub_leads_back(is_us);
    return true;
}

/* Types of records that each top-level domain has. */
static bool is_type_of_zones(uint16_t type)
{
    return type == TYPE_NS || type == TYPE_SOA || type == TYPE_DS || type == TYPE_DNSKEY;
}

bool server_choice_knows_denial(const struct job *job, const struct subquery *subquery)
{
    const struct question *question = &subquery->question;

    return !subquery->result.reply && subquery->result.rcode == RCODE_REFUSED &&
           question->name_len == question->name[0] + 2 &&
           !is_type_of_zones(question->type) && asks_resolved(job);
}

static bool line_goes_on(const struct job *job)
{
    if (job->sources.then == SERVERS_NONE || job->former)
        return false;
    return job->main->result.reply
               ? subquery_has_nothing(job->main) && job->sources.then_if_denied
               : job->sources.then_if_failed;
}

bool server_choice_next(struct job *job)
{
    if (!line_goes_on(job))
        return false;
    job->former = job->main;
    job->main = NULL;
    address_check_clear(&job->addresses);
    sources_read_servers(job->sources.then, &job->conf);
    return true;
}

/* The former response counts if the next servers have failed. It also counts if it does not
 * deny the name but the next ones do: the former servers may know a name that no others
 * know. */
static bool former_counts(const struct subquery *former, const struct subquery *next)
{
    if (!next->result.reply)
        return true;
    return subquery_is_nxdomain(next) && !subquery_is_nxdomain(former);
}

void server_choice_end(struct job *job)
{
    struct subquery *former = job->former;

    if (!former || !former_counts(former, job->main))
        return;
    job->former = job->main;
    job->main = former;
}

void server_choice_prefer_responder(struct job *job)
{
    struct resolv_conf *conf = &job->conf;
    size_t server = job->main->result.server;
    struct addr first;

    if (!subquery_is_nxdomain(job->main) || job->main->result.is_denial ||
        address_check_is_under_way(&job->addresses) || server >= conf->server_count)
        return;
    first = conf->servers[server];
    memmove(conf->servers + 1, conf->servers, server * sizeof *conf->servers);
    conf->servers[0] = first;
    conf->rotate = false;
}
