/*
 * The `hosts:` line of nsswitch.conf: which line libc is to follow instead of it, which
 * name servers stand for its `dns`, and whether libc's word decides.
 *
 * A `resolve` in the line is a name server, systemd-resolved's stub, because what libc
 * makes of resolved's word hides what DNS tells. So libc's line has `dns` in its place,
 * with its actions. `files resolve [!UNAVAIL=return] dns` becomes:
 *
 *   resolved                libc's line   asked
 *   its stub listens        files dns     the stub
 *   does not run            files dns     resolv.conf's servers
 *   its stub asks us        files dns     resolv.conf's servers
 *   runs without its stub   as it is      resolv.conf's servers
 */
#pragma once

#include "lookup/resolved.h"

/* The name servers that `dns` in libc's line stands for. */
enum sources_servers {
    SERVERS_OF_RESOLV_CONF,
    SERVERS_OF_RESOLVED, /* its stub */
    SERVERS_NONE,        /* resolved does not run, and the line leads nowhere else */
};

struct sources {
    /* Another source comes after `dns`, so that an answer found without DNS may not be the
     * one that counts. Also true if the file has no line that libc can follow. */
    bool follow_dns;
    /* The line is `files dns` and no more: libc's own two modules, in this order, without
     * actions. `files` knows the same names whether libc asks it for one family or for
     * both. */
    bool files_then_dns;
    /* `dns` is the last source, and no action before it but NOTFOUND=return. If the sources
     * before it do not know a name and libc says EAI_AGAIN, it has come to DNS, and the
     * name servers alone decide. */
    bool end_in_dns;
    /* Each source but `dns` knows names of certain kinds only, those below, and libc goes
     * past it for all others. So the name servers decide about a name that none of these
     * can know, in whatever order the sources stand, if the line has_dns. */
    bool are_bounded, has_dns;
    /* The first source is `files`, so no other one matters for what the hosts file has. */
    bool files_first;
    bool have_files, have_machine, have_mdns; /* files, myhostname, mdns4_minimal */
    /* libc asks resolved itself, and what it does not find may exist: no denial of it is
     * passed on before DNS has said the same. */
    bool doubted;
    unsigned version; /* increases when they may have changed (lookup/sources) */
    bool stub_loops;  /* the line has been written without resolved for that reason */
    enum sources_servers servers;
    enum sources_servers then;           /* the servers to ask next, or SERVERS_NONE */
    bool then_if_denied, then_if_failed; /* when those deny a name, or fail */
};

/* What the text of nsswitch.conf has. */
enum nss_line {
    LINE_AS_IT_IS,
    LINE_WRITTEN, /* libc is to follow another line than the file's */
    LINE_MISSING, /* libc has a line of its own */
    LINE_WRONG, /* libc cannot follow it, and fails each lookup; so does anything unknown */
};

enum { NSS_TEXT = 65536 }; /* no real file is longer */

/* Reads a text of base/hosts_line and writes the line to follow; `line` has room for twice
 * as many octets as the text. One thread at a time. */
enum nss_line nss_line_read(const char *text, enum resolved_state, struct sources *,
                            char *line);

/* Says that libc cannot use the file. */
enum nss_line nss_line_refuse(struct sources *, char *line);

/* Writes a line that makes libc fail cleanly. */
void nss_line_write_none(char *line);
