/*
 * A command line in, wishes out: which server, which names, which types. Like dig, the
 * client takes its options in any order and between the names.
 */
#include "client/options.h"

#include "dns/ask.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { OWN_PORT = 5353, DNS_PORT = 53 };

struct parse {
    struct options *options;
    const char *server;
    uint16_t port;   /* 0: none was given */
    bool only_names; /* after "--" */
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

static bool refuse_for_memory(struct parse *parse)
{
    return refuse(parse, "out of memory");
}

static bool take_server(struct parse *parse, const char *value)
{
    parse->server = value;
    return true;
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    *port = (uint16_t)number;
    return *text >= '0' && *text <= '9' && *end == '\0' && number >= 1 &&
           number <= UINT16_MAX;
}

static bool take_port(struct parse *parse, const char *value)
{
    if (parse_port(value, &parse->port))
        return true;
    return refuse(parse, "-p: \"%s\" is no port, a number from 1 to 65535", value);
}

static bool take_address(struct parse *parse, const char *value)
{
    char name[ASK_TEXT];

    if (!ask_reverse(value, name))
        return refuse(parse, "-x: \"%s\" is no IPv4 or IPv6 address", value);
    return words_take_address(&parse->options->words, value) || refuse_for_memory(parse);
}

static bool take_type(struct parse *parse, const char *value)
{
    uint16_t type = ask_type(value);

    if (type == 0)
        return refuse(parse, "-t: \"%s\" is no type", value);
    return words_take_type(&parse->options->words, type, value) || refuse_for_memory(parse);
}

static bool take_name(struct parse *parse, const char *value)
{
    return words_take_name(&parse->options->words, value) || refuse_for_memory(parse);
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
    size_t flag; /* without `take`: where struct options has the bool that it sets */
} rows[] = {
    {"@", "SERVER", "127.0.0.1", .take = take_server,
     .help = "address of the server, or ADDRESS#PORT; also in $HOSTDNS_SERVER"},
    {"-p", "PORT", .take = take_port,
     .help = "port of the server (5353 on this host, else 53)"},
    {"-t", "TYPE", .take = take_type, .help = "ask for this type of records"},
    {"-q", "NAME", .take = take_name,
     .help = "ask about this name, even if it looks like an option"},
    {"-x", "ADDRESS", .take = take_address,
     .help = "ask for the names of an address (PTR)"},
    {"+short", .flag = offsetof(struct options, is_short),
     .help = "show only the data, one a line"},
    {"+tcp", .flag = offsetof(struct options, use_tcp),
     .help = "ask over TCP; by default only what does not fit UDP"},
    {"+ignore", .flag = offsetof(struct options, keep_truncated),
     .help = "take what fits UDP, and do not ask over TCP"},
    {"-V", .take = take_version, .help = "show the version"},
    {"--version", .take = take_version, .help = "likewise"},
    {"-h", .take = take_help, .help = "show this help"},
    {"--help", .take = take_help, .help = "likewise"},
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

static bool set_flag(struct options *options, const struct row *row)
{
    *(bool *)((char *)options + row->flag) = true;
    return true;
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
    return row->take ? row->take(parse, value) : set_flag(parse->options, row);
}

static bool take_word(struct parse *parse, const char *word)
{
    struct words *words = &parse->options->words;
    bool taken = parse->only_names ? words_take_name(words, word) : words_take(words, word);

    return taken || refuse_for_memory(parse);
}

static bool is_option(const struct parse *parse, const char *word)
{
    return !parse->only_names && *word != '\0' && strchr("@-+", *word);
}

static bool take_words(struct parse *parse, char *const *word)
{
    for (; *word; word++) {
        if (strcmp(*word, "--") == 0 && !parse->only_names)
            parse->only_names = true;
        else if (is_option(parse, *word) ? !take_option(parse, &word)
                                         : !take_word(parse, *word))
            return false;
    }
    return words_end(&parse->options->words, parse->error);
}

static bool take_defaults(struct parse *parse)
{
    const char *server = getenv("HOSTDNS_SERVER");

    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].initial && !rows[i].take(parse, rows[i].initial))
            return false;
    return !server || *server == '\0' || take_server(parse, server);
}

/* The port to ask at an address that names none. */
static uint16_t default_port(const struct parse *parse, const struct addr *server)
{
    if (parse->port != 0)
        return parse->port;
    return addr_is_here(server) ? OWN_PORT : DNS_PORT;
}

/* ADDRESS#PORT, as kdig and dnsmasq have it. */
static bool parse_marked(struct addr *server, const char *text, const char *mark)
{
    char address[ADDR_TEXT];
    uint16_t port;

    if (!parse_port(mark + 1, &port) || (size_t)(mark - text) >= sizeof address)
        return false;
    memcpy(address, text, (size_t)(mark - text));
    address[mark - text] = '\0';
    return addr_parse(server, address, port) && addr_port(server) == port;
}

static bool parse_server(const struct parse *parse, struct addr *server)
{
    const char *text = parse->server, *mark = strchr(text, '#');

    if (mark)
        return parse_marked(server, text, mark);
    if (!addr_parse(server, text, OWN_PORT))
        return false;
    return addr_parse(server, text, default_port(parse, server)) && addr_port(server) != 0;
}

static bool resolve_server(struct parse *parse)
{
    if (parse_server(parse, &parse->options->server))
        return true;
    return refuse(parse, "@%s: not a numeric address, ADDRESS or ADDRESS#PORT",
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
    words_free(&options->words);
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
        " [[TYPE] NAME [TYPE]...]...\n\n"
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
