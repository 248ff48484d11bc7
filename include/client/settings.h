/*
 * What the command line says: what is to be done, how names are asked about, and how their
 * answers are shown, for all names or for one.
 */
#pragma once

#include "client/exchange.h"
#include "client/search.h"
#include "client/style.h"
#include "client/wishes.h"
#include "net/addr.h"

struct settings {
    struct ask_form form;
    struct exchange_manner manner;
    struct search search;
    struct style style;
    bool takes_letters; /* +idnin: names may be internationalised */
};

enum cmdline_action {
    CMDLINE_ASK,
    CMDLINE_EXPLAIN,
    CMDLINE_HELP,
    CMDLINE_HELP_ALL,
    CMDLINE_VERSION,
    CMDLINE_READ
};

struct cmdline {
    enum cmdline_action action;
    struct addr server;
    struct settings settings; /* of names that have none of their own */
    struct settings **own;    /* that names have: `own_count` of them */
    size_t own_count;
    const char *capture; /* for CMDLINE_READ: the file, borrowed */
    char *const *argv;   /* the words as they were typed, borrowed */
    struct wishes wishes;
    const char *file; /* of names, borrowed; "-": standard input */
    size_t at_once;   /* names that are asked at the same time */
};
