/* The paths of the web page, and the replies to requests for them. */
#pragma once

#include <stddef.h>

#include "web/config.h"
#include "web/figures.h"
#include "web/http_request.h"

/* The data from which replies are written; all borrowed. */
struct site {
    const struct web_config *config;
    const struct figures *figures;
};

struct reply {
    unsigned status;   /* of HTTP */
    const char *type;  /* borrowed */
    const char *allow; /* the header Allow; NULL: none */
    char *body;        /* to be freed */
    size_t len;
};

/* Writes what is shown at a path, or that nothing is. False if memory is too short; then
 * there is nothing to free. */
bool routes_answer(const struct site *, const char *path, struct reply *);
/* The path of the event stream, which web/http_events answers. */
#define ROUTES_EVENTS "/events"

/* Tells what is wrong with a request. */
bool routes_refuse(const struct http_refusal *, struct reply *);
