/*
 * Asks name servers about a name over DNS: those of resolv.conf, systemd-resolved's stub if
 * the hosts: line has `resolve`, and the server that the client asks by default. Each is
 * asked in a process of its own, so that none has to wait for another.
 */
#pragma once

#include "client/findings.h"
#include "client/settings.h"

struct explain_dns {
    struct addr server;
    struct inquiry inquiry; /* explain_dns_free gives it back */
    bool is_built;
};

/* Fills in the servers to ask. */
void explain_dns_choose(struct findings *, const struct cmdline *);

/* Builds the questions for a server. 0, or -1 with errno, which is EINVAL if the subject
 * is not a domain name and so cannot be asked about. */
int explain_dns_build(struct explain_dns *, const struct findings *,
                      const struct finding_server *, const struct cmdline *);
void explain_dns_free(struct explain_dns *);

/* Asks. It runs in the child, as the work of a struct forked whose context is a struct
 * explain_dns. */
void explain_dns_work(const void *question, int report);

/* Reads the report, which may have ended in any way and hold any octets. findings_free
 * gives the result back. */
void explain_dns_read(struct finding_server *, struct explain_dns *, const struct forked *);
