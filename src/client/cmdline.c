/*
 * Like dig, the client takes options in any order and between the names, and an option that
 * begins with "+" may be cut to its beginning.
 */
#include "client/cmdline.h"

#include "base/xalloc.h"
#include "client/option_find.h"
#include "client/server_address.h"
#include "dns/print.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool refuse_unknown(struct option_parse *parse, const char *word,
                           const struct option_found *found)
{
    const char *nearest = found->row ? NULL : option_nearest(word);

    if (found->other)
        return option_refuse(parse, "option \"%s\" may be %s or %s", word, found->row->word,
                             found->other->word);
    if (nearest)
        return option_refuse(parse, "unknown option \"%s\": did you mean %s?", word,
                             nearest);
    return option_refuse(parse, "unknown option \"%s\" (hostdns --help all lists them)",
                         word);
}

/* The settings that an option changes at this place: those of all names, or of the name
 * before it. */
static struct settings *settings_for(struct option_parse *parse,
                                     const struct option_row *row)
{
    struct cmdline *cmdline = parse->cmdline;
    struct settings *own;

    if (row->is_of_all || cmdline->wishes.names == 0)
        return &cmdline->settings;
    if (parse->settings)
        return parse->settings;
    own = xmemdup(&cmdline->settings, sizeof *own);
    cmdline->own = xreallocarray(cmdline->own, cmdline->own_count + 1, sizeof own);
    cmdline->own[cmdline->own_count++] = own;
    wishes_settle(&cmdline->wishes, own);
    return own;
}

static bool deny(struct option_parse *parse, const char *word,
                 const struct option_found *found)
{
    if (found->value)
        return option_refuse(parse, "%s: takes no value", word);
    return option_drop(parse, found->row) ||
           option_refuse(parse, "unknown option \"%s\" (hostdns --help all lists them)",
                         word);
}

/* The value in the next word, as in "-t MX"; for --help only if that word is "all". */
static const char *next_value(const struct option_row *row, char *const **word)
{
    const char *next = (*word)[1];
    bool is_behind = row->argument && *row->word == '-';

    if (!next || !is_behind || (row->may_lack_argument && strcmp(next, row->argument) != 0))
        return NULL;
    return *++*word;
}

static bool take_value(struct option_parse *parse, const struct option_row *row,
                       const char *value)
{
    if (!row->argument && value)
        return option_refuse(parse, "%s: takes no value", row->word);
    if (row->argument && !value && !row->may_lack_argument)
        return option_refuse(parse, "%s: %s is missing", row->word, row->argument);
    return option_take(parse, row, value);
}

/* Takes an option; moves *word on if its value is in the next word. */
static bool apply(struct option_parse *parse, struct option_found *found,
                  char *const **word)
{
    if (found->row->is_about_layout)
        parse->cmdline->settings.style.is_dig = true;
    if (found->is_denied)
        return deny(parse, **word, found);
    if (!found->value)
        found->value = next_value(found->row, word);
    return take_value(parse, found->row, found->value);
}

/* Behind -q and -x a new name begins, which has no settings of its own yet. */
static bool take_option(struct option_parse *parse, char *const **word)
{
    struct option_found found = option_find(**word);
    size_t names = parse->cmdline->wishes.names;
    struct settings *own = parse->settings, *settings;
    bool applied;

    if (!found.row || found.other)
        return refuse_unknown(parse, **word, &found);
    settings = parse->settings = settings_for(parse, found.row);
    applied = apply(parse, &found, word);
    parse->settings = settings == &parse->cmdline->settings ? own : settings;
    if (parse->cmdline->wishes.names > names)
        parse->settings = NULL;
    return applied;
}

static void take_word(struct option_parse *parse, const char *word)
{
    struct wishes *wishes = &parse->cmdline->wishes;
    size_t names = wishes->names;

    if (parse->only_names)
        wishes_take_name(wishes, word);
    else
        wishes_take(wishes, word);
    if (wishes->names > names)
        parse->settings = NULL;
}

static bool is_option(const struct option_parse *parse, const char *word)
{
    return !parse->only_names && *word != '\0' && strchr("@-+", *word);
}

static bool take_words(struct option_parse *parse, char *const *word)
{
    for (; *word; word++) {
        if (strcmp(*word, "--") == 0 && !parse->only_names)
            parse->only_names = true;
        else if (!is_option(parse, *word))
            take_word(parse, *word);
        else if (!take_option(parse, &word))
            return false;
    }
    return wishes_end(&parse->cmdline->wishes, parse->error);
}

static void take_defaults(struct option_parse *parse)
{
    const char *server = getenv("HOSTDNS_SERVER");

    parse->settings = &parse->cmdline->settings;
    for (size_t i = 0; i < option_row_count; i++)
        option_set_default(parse, &option_rows[i]);
    parse->settings->style.has_letters = isatty(STDOUT_FILENO);
    if (server && *server != '\0')
        parse->server = server;
}

static void choose_view(struct style *style)
{
    const bool asked[] = {[VIEW_PLAIN] = true,
                          [VIEW_DIG] = style->is_dig,
                          [VIEW_SHORT] = style->is_short,
                          [VIEW_YAML] = style->is_yaml,
                          [VIEW_JSON] = style->is_json,
                          [VIEW_WIRE] = style->is_wire};

    for (enum view view = VIEW_PLAIN; view <= VIEW_WIRE; view++)
        if (asked[view])
            style->view = view;
}

/* As with dig, there is one view for all names. */
static void share_view(struct cmdline *cmdline)
{
    const struct style *all = &cmdline->settings.style;

    choose_view(&cmdline->settings.style);
    for (size_t i = 0; i < cmdline->own_count; i++) {
        struct style *own = &cmdline->own[i]->style;

        own->view = all->view;
        own->show_cmd = all->show_cmd;
        own->show_source = all->show_source;
        own->show_trace = all->show_trace;
        own->is_coloured = all->is_coloured;
    }
}

/* --explain takes its names only from the command line. */
static bool check_explain(struct option_parse *parse)
{
    const struct cmdline *cmdline = parse->cmdline;

    if (cmdline->file)
        return option_refuse(parse, "--explain: takes names of the command line, not of a "
                                    "file");
    return cmdline->wishes.count > 0 || option_refuse(parse, "--explain: NAME is missing");
}

/* An error about a server that was not typed says where it comes from. */
static bool find_server(struct option_parse *parse)
{
    char reason[SERVER_ADDRESS_ERROR], *safe;

    if (server_address_parse(&parse->cmdline->server, parse->server, parse->port,
                             parse->family, reason))
        return true;
    safe = print_safe(reason, strlen(reason));
    option_refuse(parse, "%s%s",
                  parse->server == getenv("HOSTDNS_SERVER") ? "HOSTDNS_SERVER: " : "",
                  safe);
    free(safe);
    return false;
}

int cmdline_parse(struct cmdline *cmdline, int argc, char *const argv[],
                  char error[static OPTION_ERROR])
{
    struct option_parse parse = {.cmdline = cmdline, .family = AF_UNSPEC, .error = error};

    *cmdline = (struct cmdline){.argv = argv};
    search_read(&cmdline->settings.search, "/etc/resolv.conf");
    take_defaults(&parse);
    if (!take_words(&parse, argv + (argc > 0)))
        return -1;
    share_view(cmdline);
    if (cmdline->action == CMDLINE_EXPLAIN && !check_explain(&parse))
        return -1;
    if (cmdline->action != CMDLINE_ASK && cmdline->action != CMDLINE_EXPLAIN)
        return 0;
    return find_server(&parse) ? 0 : -1;
}

void cmdline_free(struct cmdline *cmdline)
{
    wishes_free(&cmdline->wishes);
    for (size_t i = 0; i < cmdline->own_count; i++)
        free(cmdline->own[i]);
    free(cmdline->own);
    *cmdline = (struct cmdline){0};
}

/* "@SERVER", "-p PORT", "+timeout=SECONDS", "+cookie[=HEX]", "--help [all]". */
static const char *row_form(const struct option_row *row, char *text, size_t size)
{
    const char *before = *row->word == '+'   ? "="
                         : *row->word == '-' ? " "
                                             : "",
               *after = "";

    if (row->may_lack_argument) {
        before = *row->word == '+' ? "[=" : " [";
        after = "]";
    }
    if (row->is_on)
        snprintf(text, size, "+no%s", row->word + 1);
    else if (row->argument)
        snprintf(text, size, "%s%s%s%s", row->word, before, row->argument, after);
    else
        snprintf(text, size, "%s", row->word);
    return text;
}

static void put_row(FILE *out, const struct option_row *row)
{
    char form[48];

    fprintf(out, "  %-22s %s", row_form(row, form, sizeof form), row->help);
    if (row->initial)
        fprintf(out, " (default %s)", row->initial);
    fputc('\n', out);
}

static void put_group(FILE *out, enum option_group group)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (option_rows[i].group == group)
            put_row(out, &option_rows[i]);
}

void cmdline_help(FILE *out, bool all)
{
    fputs(
        "usage: hostdns [@SERVER] [OPTION]... [[CLASS] [TYPE] NAME [TYPE]...]...\n\n"
        "Asks a DNS server for addresses, or for records of a TYPE (MX, TXT, TYPE65280).\n"
        "Without NAME it asks for names: on a terminal one after the other, else one a "
        "line.\n\n",
        out);
    put_group(out, OPTION_COMMON);
    if (!all)
        return;
    fputs("\nThe question:\n", out);
    put_group(out, OPTION_QUERY);
    fputs("\nThe output; parts of dig's layout ask for it:\n", out);
    put_group(out, OPTION_OUTPUT);
}
