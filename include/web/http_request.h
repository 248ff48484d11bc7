/* Whether a request may be answered: nothing can be changed over HTTP, and only a page of
 * this server may read what is shown here (web/http_hosts). */
#pragma once

#include "web/http_hosts.h"

/* The parts of a request that are checked; the texts are borrowed. */
struct http_request {
    const char *method, *version;
    const char *host;    /* NULL: there is no such header */
    unsigned host_count; /* how many such headers there are */
    bool has_body;
    const char *last_event_id; /* NULL: there is no such header */
};

/* What is wrong with a request. */
struct http_refusal {
    unsigned status;   /* of HTTP; 0: the request is good */
    const char *text;  /* a line for the person who reads it */
    const char *allow; /* the header Allow; NULL: none */
};

struct http_refusal http_request_check(const struct http_request *,
                                       const struct http_hosts *);
