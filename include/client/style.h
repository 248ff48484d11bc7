/* How answers are shown: the view, and which parts of dig's layout. */
#pragma once

#include <stdbool.h>

/* If several are asked for, the one that stands last here is used. */
enum view {
    VIEW_PLAIN, /* for people: names, addresses, records */
    VIEW_DIG,   /* the layout of dig */
    VIEW_SHORT, /* the data alone, one a line */
    VIEW_YAML,  /* dig's */
    VIEW_JSON,  /* RFC 8427 */
    VIEW_WIRE,  /* octet by octet */
};

/* Each bool is an option, "+question" or "+noquestion". */
struct style {
    enum view view;
    bool is_dig, is_short, is_yaml, is_json,
        is_wire; /* asked for; `view` follows from them */
    bool show_cmd, show_comments, show_question, show_answer, show_authority,
        show_additional, show_stats;
    bool show_query; /* +qr: the query as well, before it is sent */
    bool is_multiline;
    bool show_ttl, show_ttl_units; /* +ttlunits: 1h30m instead of 5400 */
    bool show_class;
    bool show_record_comments; /* +rrcomments: what a DNSKEY is for, its tag */
    bool show_server;          /* +identify: behind each line of +short */
    bool is_coloured;
    bool show_source; /* +source: where the answer came from */
    bool show_trace;  /* +trace: how it was found */
    bool has_letters; /* +idnout: internationalised names as people write them */
};
