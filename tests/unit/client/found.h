/* Findings about a name, as they would be on a host: a word for each that was asked. */
#pragma once

#include "../check.h"

#include "client/explain_host.h"
#include "client/findings.h"

static struct findings found;

static inline void found_end(void)
{
    findings_free(&found);
}

/* Of a host with this hosts: line, on which nobody has found the name yet. */
static inline void found_begin(const char *name, const char *line)
{
    char text[256];

    findings_free(&found);
    found.subject.text = strdup(name);
    found.subject.name = strdup(name);
    found.patience_ms = 5000;
    snprintf(text, sizeof text, "hosts: %s\n", line);
    explain_host_sources(&found, text, strlen(text));
    for (size_t i = 0; i < found.source_count; i++)
        found.sources[i].said =
            (struct finding){.outcome = FINDING_NO_NAME, .took_us = 100};
    found.all = found.with_config = found.without_nscd =
        (struct finding){.outcome = FINDING_NO_NAME, .took_us = 250};
    found.host.has_ipv4 = found.host.has_ipv6 = true;
    found.host.search.ndots = 1;
}

/* The name servers of a resolv.conf with this text; NULL: there is none. */
static inline void found_servers(struct finding_host *host, const char *resolv_conf,
                                 size_t len)
{
    FILE *file = resolv_conf ? fmemopen((void *)(uintptr_t)resolv_conf, len, "r") : NULL;

    explain_host_servers(host, file);
    if (file)
        fclose(file);
}

/* Words with blanks between them. */
static inline void found_texts(struct texts *texts, const char *words)
{
    char *copy = strdup(words), *rest = copy, *word;

    while ((word = strsep(&rest, " ")))
        texts_add(texts, word);
    free(copy);
}

/* The addresses that one has found; without a canonical name of their own it is NULL. */
static inline void found_by(struct finding *finding, const char *addresses,
                            const char *canonical)
{
    finding->outcome = FINDING_FOUND;
    found_texts(&finding->found, addresses);
    finding->canonical = canonical ? strdup(canonical) : NULL;
}

static inline struct finding *found_source(const char *name)
{
    for (size_t i = 0; i < found.source_count; i++)
        if (strcmp(found.sources[i].name, name) == 0)
            return &found.sources[i].said;
    fail_msg("no source %s", name);
    return NULL;
}

/* getaddrinfo(), whatever its flags. */
static inline void found_by_all(const char *addresses, const char *canonical)
{
    found_by(&found.all, addresses, canonical);
    found_by(&found.with_config, addresses, canonical);
    found_by(&found.without_nscd, addresses, canonical);
}

/* A name server that says so of both families. */
static inline struct finding_server *found_server(const char *address, enum verdict verdict)
{
    struct finding_server *server = &found.servers[found.server_count++];

    *server = (struct finding_server){
        .end = FORKED_DONE, .took_us = 21000, .count = 2, .is_of_host = true};
    snprintf(server->name, sizeof server->name, "%s", address);
    for (size_t i = 0; i < 2; i++)
        server->answers[i] =
            (struct finding_answer){.type = i == 0 ? 1 : 28, .verdict = verdict};
    return server;
}

/* One that has these IPv4 addresses for the name, for a minute. */
static inline struct finding_server *found_at_server(const char *address,
                                                     const char *addresses)
{
    struct finding_server *server = found_server(address, VERDICT_NO_RECORDS);

    server->answers[0].verdict = VERDICT_RECORDS;
    server->answers[0].ttl = 60;
    found_texts(&server->answers[0].found, addresses);
    return server;
}

/* hostdnsd, which tells where it has them from. */
static inline struct finding_server *found_at_ours(const char *addresses,
                                                   const char *source)
{
    struct finding_server *server = found_at_server("127.0.0.1 port 5353", addresses);

    server->is_ours = true;
    server->is_of_host = false;
    server->answers[0].has_source = true;
    snprintf(server->answers[0].source.text, WAY_TEXT_SOURCE, "%s", source);
    return server;
}
