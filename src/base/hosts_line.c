#include "base/hosts_line.h"

#include <string.h>
#include <strings.h>

static const char blanks[] = " \t\n\v\f\r";

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, blanks);
}

/* The text behind the name of the database and its colon, or NULL for another line. libc
 * accepts a colon that is missing or doubled. */
static const char *behind_name(const char *line, const char *name)
{
    size_t len = strlen(name);

    line += strspn(line, " \t\v\f\r");
    if (strncmp(line, name, len) != 0 || !strchr(" \t\n\v\f\r:", line[len]) || !line[len])
        return NULL;
    return line + len + strspn(line + len, " \t\v\f\r:");
}

const char *hosts_line_find(const char *text, size_t *len)
{
    const char *found = NULL;

    for (const char *line = text; *line; line += *line == '\n') {
        const char *behind = behind_name(line, "hosts");

        line += strcspn(line, "\n");
        if (!behind)
            continue;
        found = behind;
        *len = (size_t)(line - behind);
    }
    return found;
}

/* Takes a word that ends before an octet of `ends`; returns its place in `words`, or -1. */
static int take_word(const char **at, const char *ends, const char *const *words,
                     size_t count)
{
    size_t len = strcspn(*at, ends);
    const char *word = *at;

    *at += len;
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == len && strncasecmp(words[i], word, len) == 0)
            return (int)i;
    return -1;
}

static void set_action(struct hosts_source *source, bool others, int status, int action)
{
    for (int i = 0; i < HOSTS_STATUSES; i++)
        if ((i == status) != others)
            source->on[i] = (enum hosts_action)action;
}

/* Takes "NOTFOUND=return" or "!UNAVAIL=return", in any letter case; false if it is wrong.
 */
static bool take_action(const char **at, struct hosts_source *source)
{
    static const char *const statuses[] = {"SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"};
    static const char *const actions[] = {"CONTINUE", "RETURN", "MERGE"};
    bool others = **at == '!';
    int status, action;

    *at += others;
    status = take_word(at, " \t\n\v\f\r=]", statuses, HOSTS_STATUSES);
    *at = skip_blanks(*at);
    if (status == -1 || **at != '=')
        return false;
    *at = skip_blanks(*at + 1);
    action = take_word(at, " \t\n\v\f\r=]", actions, sizeof actions / sizeof *actions);
    if (action == -1)
        return false;
    set_action(source, others, status, action);
    *at = skip_blanks(*at);
    return true;
}

/* Takes actions in brackets; "[]" is wrong. */
static bool take_actions(const char **at, struct hosts_source *source)
{
    *at = skip_blanks(*at + 1);
    do
        if (!take_action(at, source))
            return false;
    while (**at != ']');
    ++*at;
    return true;
}

enum hosts_next hosts_line_next(const char **at, struct hosts_source *source)
{
    const char *behind;

    *at = skip_blanks(*at);
    *source = (struct hosts_source){.name = *at, .on = {[HOSTS_SUCCESS] = HOSTS_RETURN}};
    source->name_len = strcspn(*at, " \t\n\v\f\r[");
    if (source->name_len == 0)
        return HOSTS_END; /* libc ends at a bracket, too */
    *at += source->name_len;
    behind = skip_blanks(*at);
    if (*behind == '[') {
        *at = behind;
        if (!take_actions(at, source))
            return HOSTS_WRONG;
    }
    source->len = (size_t)(*at - source->name);
    return HOSTS_SOURCE;
}

bool hosts_source_is(const struct hosts_source *source, const char *name)
{
    return source->name_len == strlen(name) &&
           memcmp(source->name, name, source->name_len) == 0;
}

bool hosts_source_ends(const struct hosts_source *source)
{
    return source->on[HOSTS_SUCCESS] == HOSTS_RETURN &&
           source->on[HOSTS_NOTFOUND] == HOSTS_RETURN &&
           source->on[HOSTS_TRYAGAIN] == HOSTS_RETURN;
}

/* Blanks a line from its first NUL on. If that ends the name of a database, libc passes
 * over the line. */
static void end_at_nul(char *line, size_t len)
{
    const char *nul = memchr(line, '\0', len);
    const char *name;
    size_t kept;

    if (!nul)
        return;
    name = line + strspn(line, blanks);
    kept = name[strcspn(name, " \t\n\v\f\r:")] == '\0' ? 0 : (size_t)(nul - line);
    memset(line + kept, ' ', len - kept);
}

/* True if libc rejects the line, which ends in NUL. */
static bool is_wrong(const char *line)
{
    static const char *const databases[] = {
        "aliases",    "ethers",   "group",    "group_compat", "gshadow",       "hosts",
        "initgroups", "netgroup", "networks", "passwd",       "passwd_compat", "protocols",
        "publickey",  "rpc",      "services", "shadow",       "shadow_compat"};
    enum hosts_next next = HOSTS_END;
    struct hosts_source source;

    for (size_t i = 0; i < sizeof databases / sizeof *databases; i++) {
        const char *behind = behind_name(line, databases[i]);

        while (behind && (next = hosts_line_next(&behind, &source)) == HOSTS_SOURCE)
            continue;
        if (behind)
            break;
    }
    return next == HOSTS_WRONG;
}

bool hosts_line_prepare(char *text, size_t len)
{
    char *line = text, *end;
    bool is_right = true;

    while ((end = memchr(line, '\n', len - (size_t)(line - text)))) {
        end_at_nul(line, (size_t)(end - line));
        *end = '\0';
        is_right &= !is_wrong(line);
        *end = '\n';
        line = end + 1;
    }
    *line = '\0';
    return is_right;
}
