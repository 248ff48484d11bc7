/* What stays the same from name to name: socket, server, and how answers are shown. */
#ifndef CLIENT_ASKER_H
#define CLIENT_ASKER_H

#include "client/exchange.h"
#include "client/options.h"
#include "client/show.h"

struct asker {
    int socket; /* -1: closed */
    char server[SHOW_SERVER];
    bool is_short;
    struct exchange_manner manner;
    FILE *out, *err; /* borrowed */
};

/* What asker_ask returns besides exit codes. */
enum { ASKER_INTERRUPTED = -1 };

/* 0, or -1 with errno and the asker closed. */
int asker_open(struct asker *, const struct options *, FILE *out, FILE *err);
void asker_close(struct asker *);

/*
 * Asks about one name, shows what came of it and returns the exit code for it, EX_USAGE if
 * it is no domain name. ASKER_INTERRUPTED after Ctrl+C.
 */
int asker_ask(struct asker *, const struct wish *);

#endif
