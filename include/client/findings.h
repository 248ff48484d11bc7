/*
 * What has been found out about one name, to be explained: how the host is set up, what
 * each source of the hosts: line says by itself, what getaddrinfo() makes of all, and what
 * name servers say over DNS. All texts are safe to print.
 */
#pragma once

#include "base/hosts_line.h"
#include "client/forked.h"
#include "client/inquiry.h"
#include "client/search.h"
#include "client/show.h"
#include "client/source.h"
#include "client/texts.h"

enum {
    FINDINGS_SOURCES = 16, /* of the hosts: line; no real one has as many */
    FINDINGS_SERVERS = 5,  /* libc's three, systemd-resolved's stub, hostdnsd */
    FINDINGS_WORD = 64,    /* room for a source's name */
};

/* What is asked about: a name, or the names of an address. */
struct finding_subject {
    char *text;      /* as it was written, or the address */
    char *name;      /* in ASCII, for DNS and libc; for an address its reverse name */
    int family;      /* AF_UNSPEC: both */
    bool is_address; /* then `family` and `octets` are set */
    uint8_t octets[16];
};

/* What libc has said, or why it has not. */
enum finding_outcome {
    FINDING_FOUND,
    FINDING_NO_DATA,     /* the name exists, without addresses */
    FINDING_NO_NAME,     /* for the whole line also other failures: see resolver_error */
    FINDING_ALIAS,       /* a CNAME that leads to no addresses */
    FINDING_UNAVAILABLE, /* the source has nobody to ask, or does not look up such names */
    FINDING_FAILED,      /* a failure that may pass */
    FINDING_BROKEN,      /* libc itself fails: see code and system_error */
    FINDING_ABSENT,      /* its module cannot be loaded: see reason */
    FINDING_SILENT,      /* no answer in time */
    FINDING_CRASHED,     /* detail: the signal that ended the process */
    FINDING_ENDED,       /* the process ended without an answer; detail: exit status */
    FINDING_UNASKED, /* there could be no process; detail: errno, or 0: see endless_file */
};

struct finding {
    enum finding_outcome outcome;
    int detail;
    int code, resolver_error, system_error; /* getaddrinfo's, h_errno, errno */
    int64_t took_us;                        /* -1: not known */
    struct texts found;                     /* addresses, or the names of an address */
    char *canonical;                        /* NULL: none is told */
    char *reason;                           /* NULL: there is no more to say */
    char *printed;                          /* what its module wrote; NULL: nothing */
};

struct finding_source {
    char name[FINDINGS_WORD]; /* any octets, as libc takes them */
    char *label;              /* the same, safe to print */
    enum hosts_action on[HOSTS_STATUSES];
    char actions[FINDINGS_WORD]; /* "[NOTFOUND=return]", or "" */
    size_t same_as;              /* the first source of this name, whose finding counts */
    struct finding said;
};

/* The answer to one question over DNS. */
struct finding_answer {
    uint16_t type;
    enum verdict verdict;
    unsigned rcode;
    int error; /* errno, for VERDICT_UNREACHABLE */
    struct texts found;
    char *canonical, *reason; /* NULL: none */
    uint32_t ttl;             /* seconds, the lowest one */
    bool has_source;          /* the server has told where it came from: */
    struct source source;
};

struct finding_server {
    char name[SHOW_SERVER]; /* "192.0.2.53", or with the port if it is another one */
    struct addr address;
    bool is_of_host; /* resolv.conf names it */
    bool is_ours;    /* the server that the client asks by default */
    bool is_stub;    /* systemd-resolved's */
    enum forked_end end;
    int detail;
    int64_t took_us; /* -1: not known */
    struct finding_answer answers[2];
    size_t count; /* of answers: A and AAAA, or one */
};

/* How the host is set up. */
struct finding_host {
    char *line;      /* what stands behind hosts:, as libc takes it */
    bool is_default; /* the file has none */
    bool is_wrong;   /* libc cannot use it */
    struct addr servers[3];
    size_t server_count;
    bool has_no_server; /* resolv.conf names none, and libc asks this host */
    struct search search;
    bool has_ipv4, has_ipv6;  /* an address besides those of loopback */
    const char *endless_file; /* libc would read it for ever; NULL: there is none */
    bool has_nscd;
    bool has_gai_rules;       /* /etc/gai.conf changes the order of addresses */
    struct texts environment; /* variables that change what libc does */
};

struct findings {
    struct finding_subject subject;
    struct finding_host host;
    struct finding_source sources[FINDINGS_SOURCES];
    size_t source_count;
    struct finding all;          /* getaddrinfo(), or getnameinfo() */
    struct finding with_config;  /* with AI_ADDRCONFIG; not of an address */
    struct finding without_nscd; /* where nscd runs */
    struct finding_server servers[FINDINGS_SERVERS];
    size_t server_count;
    char *searched; /* the name with the domain of the search list that DNS has, or NULL */
    struct texts why;
    unsigned patience_ms; /* how long each of them may take */
};

/* Both accept zeroed structs. */
void findings_free(struct findings *);
void finding_free(struct finding *);

bool finding_is_found(const struct finding *);
/* True if the name has one label, with or without a final dot. */
bool finding_is_single_label(const struct finding_subject *);

/* The finding that counts for a source: that of the first one of its name. */
const struct finding *findings_said(const struct findings *, size_t source);

/* The source at which the search ends, given what each has said and the actions in the
 * line; source_count if it ends at none. */
size_t findings_last_asked(const struct findings *);

/* The finding of the source with this name, or NULL if the line has no such source. */
const struct finding *findings_of(const struct findings *, const char *source);

/* Our server among the servers, or NULL. */
const struct finding_server *findings_ours(const struct findings *);

/* "IPv4", "IPv6", "PTR" */
const char *finding_kind(const struct finding_answer *);
/* True if it is an answer about the name, whatever it says. */
bool finding_has_answered(const struct finding_answer *);
/* True if the server has answered for each family. */
bool finding_is_heard(const struct finding_server *);

/* True if a server has any record that was asked for. */
bool findings_server_found(const struct finding_server *);
/* The data of both families, as texts that stay the server's: free() only the list. */
struct texts findings_server_texts(const struct finding_server *);
/* True if that is the same as these texts, in any order. */
bool findings_server_says(const struct finding_server *, const struct texts *);
