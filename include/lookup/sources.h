/*
 * The host's sources, as the `hosts:` line of nsswitch.conf and systemd-resolved's state
 * have it: which line libc is to follow, which name servers stand where that line says
 * `dns`, and where libc's word decides.
 *
 * A `resolve` in the line is a name server, systemd-resolved's stub, since all that libc
 * makes of it hides what DNS tells. So libc's line has `dns` in its place, with its
 * actions. Of `files resolve [!UNAVAIL=return] dns` this becomes:
 *
 *   resolved                libc's line   asked
 *   its stub listens        files dns     the stub
 *   does not run            files dns     resolv.conf's
 *   its stub asks us        files dns     resolv.conf's
 *   runs without its stub   as it is      resolv.conf's
 */
#ifndef LOOKUP_SOURCES_H
#define LOOKUP_SOURCES_H

#include <stdbool.h>

#include "lookup/resolved.h"
#include "upstream/resolv_conf.h"

/* The name servers that `dns` in libc's line stands for. */
enum sources_servers {
    SERVERS_OF_RESOLV_CONF,
    SERVERS_OF_RESOLVED, /* its stub */
    SERVERS_NONE,        /* resolved does not run, and the line leads nowhere else */
};

struct sources {
    /* Another source comes after `dns`, so that an answer found without DNS may not be the
     * one that counts. Also true where the file does not say. */
    bool follow_dns;
    /* The line is `files dns` and no more: none but libc's own two modules, in this order,
     * without actions. `files` knows the same names whether libc asks it for one family or
     * for both. */
    bool files_then_dns;
    /* `dns` is the last source, and no action on the way but NOTFOUND=return. If the
     * sources before it do not know a name and libc says EAI_AGAIN, it has come to DNS, and
     * the name servers alone decide. */
    bool end_in_dns;
    /* libc asks resolved itself, and what it does not find may exist: no denial of it is
     * passed on before DNS has said the same. */
    bool doubted;
    bool stub_loops; /* the line has been written without resolved for that reason */
    enum sources_servers servers;
    enum sources_servers then;           /* are asked next, or SERVERS_NONE, */
    bool then_if_denied, then_if_failed; /* where those deny a name, or fail */
};

/* As the host is now: re-reads a changed file, and looks at resolved once a second. libc's
 * line is set, if it is another one than in the file. */
struct sources sources_look(void);
bool sources_follow_dns(void);
/* As they were when they were last looked at, for who has just done so. */
struct sources sources_last(void);

/* Something has changed that may be resolved: it is looked at anew. */
void sources_forget_resolved(void);
/* resolved's stub leads back to us: for a minute the line is followed as if resolved did
 * not run. `is_us`: this server itself listens at the stub's address, so that there is no
 * stub as long as this process lives. */
void sources_stub_leads_back(bool is_us);

/* Whom to ask: the name servers, none if there is no telling. */
void sources_read_servers(enum sources_servers, struct resolv_conf *);

/* What becomes of a file's text: how libc is to take the line. */
enum sources_line {
    LINE_AS_IT_IS,
    LINE_WRITTEN, /* another one than in the file */
    LINE_MISSING, /* libc has a line of its own */
    LINE_WRONG,   /* libc takes none, and fails each lookup; so does anything unknown */
};

enum { SOURCES_TEXT = 65536 }; /* no real file is longer */

/* `line` has room for twice as many octets as the text. */
enum sources_line sources_in(const char *text, enum resolved_state, struct sources *,
                             char *line);

#endif
