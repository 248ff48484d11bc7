/*
 * The options as rows of a table, from which the parser, the defaults, the help and the
 * completions are made. A new option is a row here, a field in client/settings.h and an
 * entry in the manual.
 */
#pragma once

#include "client/settings.h"

#include <stddef.h>

/* Room for a line about a mistake; a longer one is cut. */
enum { OPTION_ERROR = WISHES_ERROR };

/* A command line while it is read. */
struct option_parse {
    struct cmdline *cmdline;
    /* What options set: the settings of all names, or, behind a name, its own. NULL: the
     * name has none yet. */
    struct settings *settings;
    const char *server; /* borrowed */
    uint16_t port;      /* 0: none was given */
    int family;         /* AF_UNSPEC: either will do */
    bool only_names;    /* after "--" */
    char *error;        /* OPTION_ERROR octets */
};

/* The help has a list for each group, and all but the first only on request. */
enum option_group { OPTION_COMMON, OPTION_QUERY, OPTION_OUTPUT, OPTION_GROUPS };

struct option_row {
    const char *word;     /* "@", "-p", "--help", "+short" */
    const char *other;    /* another spelling, or NULL */
    const char *argument; /* its name; NULL if the option has none */
    bool may_lack_argument;
    bool is_on;           /* a flag that is set unless "+no..." takes it away */
    bool is_about_layout; /* asks for dig's layout, since it is about a part of that */
    bool is_of_all;       /* holds for all names, wherever it is written */
    enum option_group group;

    /* An option does one of four things. It sets a bool of struct settings, */
    bool is_flag, is_inverse; /* inverse: the bool is true if the flag is not set */
    size_t flag;
    /* passes on a number, */
    unsigned least, most;
    void (*set)(struct option_parse *, unsigned number);
    /* reads its value in a way of its own (NULL if it lacks), */
    bool (*take)(struct option_parse *, const char *value);
    void (*drop)(struct option_parse *); /* for "+no..."; NULL: there is no such option */
    /* or says what is to be done. */
    enum cmdline_action action;

    const char *initial; /* the default that the help names, or NULL */
    const char *help;
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

void option_set_default(struct option_parse *, const struct option_row *);

/* Does what the option says. False with a line in `error` if its value is wrong. */
bool option_take(struct option_parse *, const struct option_row *, const char *value);

/* Does the opposite. False if the option has none. */
bool option_drop(struct option_parse *, const struct option_row *);

/* Writes why an option is refused. Returns false. */
__attribute__((format(printf, 2, 3))) bool option_refuse(struct option_parse *,
                                                         const char *format, ...);
