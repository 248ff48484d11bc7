/*
 * A line has names and types, as from a pipe. It may also have a server anywhere, or be one
 * of a few commands; with a final dot these are names.
 */
#include "client/typed_line.h"

#include "client/lines.h"
#include "client/server_address.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *form, *help;
    enum typed_line_kind kind; /* TYPED_ASK: the form is not the word itself */
} rows[] = {
    {"NAME", "show its addresses", TYPED_ASK},
    {"NAME TYPE", "show its records of this type, such as MX or TXT", TYPED_ASK},
    {"ADDRESS", "show the names of an IPv4 or IPv6 address", TYPED_ASK},
    {"@SERVER", "ask this server from now on: ADDRESS or ADDRESS#PORT", TYPED_ASK},
    {"NAME @SERVER", "ask this server, and only this once", TYPED_ASK},
    {"help", "show this; \"help.\", with a dot, is a name", TYPED_HELP},
    {"quit", "end, as Ctrl+C and Ctrl+D do", TYPED_QUIT},
    {"exit", "end, as quit does", TYPED_QUIT},
};

enum { ROWS = sizeof rows / sizeof *rows };

static const char blanks[] = " \t\r\n\f\v";

void typed_line_help(FILE *out)
{
    for (size_t i = 0; i < ROWS; i++)
        fprintf(out, "  %-14s%s\n", rows[i].form, rows[i].help);
    fputs("The TAB key completes earlier names, the arrow keys bring back earlier lines.\n",
          out);
}

/* TYPED_ASK unless the line is a command. */
static enum typed_line_kind kind_of(const char *line)
{
    const char *word = line + strspn(line, blanks);
    size_t size = strcspn(word, blanks);

    if (word[size + strspn(word + size, blanks)] != '\0')
        return TYPED_ASK;
    for (size_t i = 0; i < ROWS; i++)
        if (strncasecmp(word, rows[i].form, size) == 0 && rows[i].form[size] == '\0')
            return rows[i].kind;
    return TYPED_ASK;
}

/* Reads the server in a word that begins with "@", and overwrites the word with blanks. */
static bool take_server(struct typed_line *typed, char *word, size_t size)
{
    char error[SERVER_ADDRESS_ERROR] = "more than one server", behind = word[size];
    bool taken;

    word[size] = '\0';
    taken = !typed->has_server &&
            server_address_parse(&typed->server, word + 1, 0, AF_UNSPEC, error);
    word[size] = behind;
    memset(word, ' ', size);
    typed->has_server = true;
    if (!taken)
        snprintf(typed->error, sizeof typed->error, "hostdns: %s", error);
    return taken;
}

/* People who are used to dig type options, which would be asked about as names. */
static bool refuse_option(struct typed_line *typed, const char *word, size_t size)
{
    snprintf(typed->error, sizeof typed->error,
             "hostdns: options such as %.*s belong on the command line", (int)size, word);
    return false;
}

static bool take_marked_words(struct typed_line *typed, char *line)
{
    size_t size;

    for (char *word = line; *word != '\0' && *word != '#'; word += size) {
        word += strspn(word, blanks);
        size = strcspn(word, blanks);
        if (*word == '#')
            return true;
        if (*word == '@' && !take_server(typed, word, size))
            return false;
        if (*word == '+' || *word == '-')
            return refuse_option(typed, word, size);
    }
    return true;
}

static bool take_words(struct typed_line *typed, char *line)
{
    char error[WISHES_ERROR];

    if (lines_read(&typed->wishes, line, error))
        return true;
    snprintf(typed->error, sizeof typed->error,
             "Please enter a NAME, or a NAME and a TYPE (%s).", error);
    return false;
}

void typed_line_read(struct typed_line *typed, char *line)
{
    *typed = (struct typed_line){.kind = kind_of(line)};
    if (typed->kind != TYPED_ASK)
        return;
    if (!take_marked_words(typed, line) || !take_words(typed, line))
        typed->kind = TYPED_MISTAKE;
    else if (typed->wishes.count == 0)
        typed->kind = typed->has_server ? TYPED_SWITCH : TYPED_NOTHING;
}

void typed_line_free(struct typed_line *typed)
{
    wishes_free(&typed->wishes);
}
