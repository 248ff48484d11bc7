/*
 * A command line in, wishes out: which server, which names, which types. Like dig, the
 * client takes its options in any order and between the names.
 */
#include "client/options.h"

#include "dns/ask.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct parse {
    struct options *options;
    const char *server;
    uint16_t port;
    bool may_be_type; /* the word before was a NAME */
    char *error;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct parse *parse,
                                                         const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(parse->error, OPTIONS_ERROR, format, args);
    va_end(args);
    return false;
}

static bool add_wish(struct parse *parse, const char *name, uint16_t type)
{
    struct options *options = parse->options;
    struct wish *more = reallocarray(options->wishes, options->count + 1, sizeof *more);
    char *copy = strdup(name);

    if (more)
        options->wishes = more;
    if (!more || !copy) {
        free(copy);
        return refuse(parse, "out of memory");
    }
    more[options->count++] = (struct wish){.name = copy, .type = type};
    return true;
}

static bool take_server(struct parse *parse, const char *value)
{
    parse->server = value;
    return true;
}

static bool take_port(struct parse *parse, const char *value)
{
    char *end;
    unsigned long port = strtoul(value, &end, 10);

    if (*value < '0' || *value > '9' || *end != '\0' || port < 1 || port > UINT16_MAX)
        return refuse(parse, "-p: \"%s\" is no port, a number from 1 to 65535", value);
    parse->port = (uint16_t)port;
    return true;
}

static bool take_address(struct parse *parse, const char *value)
{
    char name[ASK_TEXT];

    if (!ask_reverse(value, name))
        return refuse(parse, "-x: \"%s\" is no IPv4 or IPv6 address", value);
    return add_wish(parse, name, TYPE_PTR);
}

static bool take_short(struct parse *parse, const char *value)
{
    (void)value;
    parse->options->is_short = true;
    return true;
}

static bool take_tcp(struct parse *parse, const char *value)
{
    (void)value;
    parse->options->use_tcp = true;
    return true;
}

static bool take_ignore(struct parse *parse, const char *value)
{
    (void)value;
    parse->options->keep_truncated = true;
    return true;
}

static bool take_version(struct parse *parse, const char *value)
{
    (void)value;
    parse->options->action = OPTIONS_VERSION;
    return true;
}

static bool take_help(struct parse *parse, const char *value)
{
    (void)value;
    parse->options->action = OPTIONS_HELP;
    return true;
}

static const struct row {
    const char *word;
    const char *argument; /* its name; NULL if the option has none */
    const char *initial;  /* taken before the command line */
    bool (*take)(struct parse *, const char *value);
    const char *help;
} rows[] = {
    {"@", "SERVER", "127.0.0.1", take_server,
     "numeric address of the server, or ADDRESS:PORT"},
    {"-p", "PORT", "5353", take_port, "port of the server"},
    {"-x", "ADDRESS", NULL, take_address, "ask for the names of an address (PTR)"},
    {"+short", NULL, NULL, take_short, "show only the data, one a line"},
    {"+tcp", NULL, NULL, take_tcp, "ask over TCP; by itself only what does not fit UDP"},
    {"+ignore", NULL, NULL, take_ignore, "take what fits UDP, and do not ask over TCP"},
    {"-V", NULL, NULL, take_version, "show the version"},
    {"-h", NULL, NULL, take_help, "show this help"},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* "@" has its argument in the same word. */
static bool is_attached(const struct row *row)
{
    return *row->word == '@';
}

static const struct row *find_row(const char *word)
{
    for (size_t i = 0; i < ROWS; i++) {
        size_t len = strlen(rows[i].word);

        if (strncmp(word, rows[i].word, len) == 0 &&
            (rows[i].argument || word[len] == '\0'))
            return &rows[i];
    }
    return NULL;
}

/* Takes the option in *word; moves *word on if its argument is in the next one. */
static bool take_option(struct parse *parse, char *const **word)
{
    const struct row *row = find_row(**word);
    const char *value;

    if (!row)
        return refuse(parse, "unknown option \"%s\" (hostdns -h lists them)", **word);
    value = **word + strlen(row->word);
    if (row->argument && *value == '\0' && !is_attached(row))
        value = *++*word;
    if (!value)
        return refuse(parse, "%s: %s is missing", row->word, row->argument);
    return row->take(parse, value);
}

static bool take_word(struct parse *parse, const char *word)
{
    struct options *options = parse->options;
    uint16_t type = parse->may_be_type ? ask_type(word) : 0;

    parse->may_be_type = type == 0;
    if (type == 0)
        return add_wish(parse, word, 0);
    options->wishes[options->count - 1].type = type;
    return true;
}

static bool take_words(struct parse *parse, char *const *word)
{
    for (; *word; word++) {
        if (**word == '\0' || !strchr("@-+", **word)) {
            if (!take_word(parse, *word))
                return false;
            continue;
        }
        parse->may_be_type = false;
        if (!take_option(parse, &word))
            return false;
    }
    return true;
}

static bool take_defaults(struct parse *parse)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].initial && !rows[i].take(parse, rows[i].initial))
            return false;
    return true;
}

static bool resolve_server(struct parse *parse)
{
    struct addr *server = &parse->options->server;

    if (addr_parse(server, parse->server, parse->port) && addr_port(server) != 0)
        return true;
    return refuse(parse, "@%s: not a numeric address, ADDRESS or ADDRESS:PORT",
                  parse->server);
}

int options_parse(struct options *options, int argc, char *const argv[],
                  char error[static OPTIONS_ERROR])
{
    struct parse parse = {.options = options, .error = error};

    *options = (struct options){0};
    if (!take_defaults(&parse) || !take_words(&parse, argv + (argc > 0)) ||
        !resolve_server(&parse))
        return -1;
    return 0;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->count; i++)
        free(options->wishes[i].name);
    free(options->wishes);
    *options = (struct options){0};
}

/* "@SERVER", "-p PORT", "+short". */
static const char *row_form(const struct row *row, char *text, size_t size)
{
    snprintf(text, size, "%s%s%s", row->word, row->argument && !is_attached(row) ? " " : "",
             row->argument ? row->argument : "");
    return text;
}

void options_help(FILE *out)
{
    char form[32];

    fputs("usage: hostdns", out);
    for (size_t i = 0; i < ROWS; i++)
        fprintf(out, " [%s]", row_form(&rows[i], form, sizeof form));
    fputs(
        " [NAME [TYPE]]...\n\n"
        "Asks a DNS server for addresses, or for records of a TYPE (MX, TXT, TYPE65280).\n"
        "Without NAME it asks for names: on a terminal one after the other, else one a "
        "line.\n"
        "\n",
        out);
    for (size_t i = 0; i < ROWS; i++) {
        fprintf(out, "  %-12s %s", row_form(&rows[i], form, sizeof form), rows[i].help);
        if (rows[i].initial)
            fprintf(out, " (default %s)", rows[i].initial);
        fputc('\n', out);
    }
}
