/* What all names share: the socket, the server, and how answers are shown. */
#pragma once

#include "client/exchange.h"
#include "client/settings.h"
#include "client/show.h"

struct session {
    int socket; /* -1: closed */
    char server[SHOW_SERVER];
    struct addr address;
    const struct settings *settings; /* of names that have none of their own; borrowed */
    bool has_shown;
    char *const *command; /* borrowed */
    FILE *out, *err;      /* borrowed */
};

/* What session_ask returns besides exit codes. */
enum { SESSION_INTERRUPTED = -1 };

/* 0, or -1 with errno and the session closed. */
int session_open(struct session *, const struct cmdline *, FILE *out, FILE *err);
void session_close(struct session *);

/* Opens a session that asks another server in the same manner. 0, or -1 with errno and
 * the session closed; its `server` is set in both cases. */
int session_at(struct session *, const struct session *like, const struct addr *server);

/*
 * Asks about one name, shows the result and returns its exit code, which is EX_USAGE if the
 * text is not a domain name. SESSION_INTERRUPTED after Ctrl+C.
 */
int session_ask(struct session *, const struct wish *);

/*
 * Builds the questions for a wish in the manner of the session, with the name of the
 * `attempt`th try, from 0 on. Returns like inquiry_build; errno may also be EILSEQ if the
 * text is not a name in the letters of the locale, and ENOENT if nothing is left to try.
 */
int session_build(const struct session *, struct inquiry *, const struct wish *,
                  size_t attempt);

/* The settings that hold for a wish. */
const struct settings *session_settings(const struct session *, const struct wish *);

/* Parts of it, for callers that ask themselves: show the result of an inquiry, or say on
 * `err` why there is no question. Both return the exit code. */
int session_show(struct session *, const struct inquiry *);
int session_refuse(const char *name, int error, FILE *err);
