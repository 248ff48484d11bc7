#include "client/search.h"

#include "base/host_file.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NDOTS = 1, NDOTS_MAX = 15 }; /* libc's */

static const char blanks[] = " \t\r\n";

static void add(struct search *search, const char *domain)
{
    size_t len = strlen(domain);

    if (len >= SEARCH_DOMAIN || search->count == SEARCH_DOMAINS)
        return;
    memcpy(search->domains[search->count++], domain, len + 1);
}

static void take_list(struct search *search, char **rest)
{
    char *word;

    search->count = 0;
    while ((word = strtok_r(NULL, blanks, rest)))
        add(search, word);
}

static void take_options(struct search *search, char **rest)
{
    char *word;

    while ((word = strtok_r(NULL, blanks, rest)))
        if (strncmp(word, "ndots:", 6) == 0)
            search->ndots = (unsigned)strtoul(word + 6, NULL, 10);
    if (search->ndots > NDOTS_MAX)
        search->ndots = NDOTS_MAX;
}

static void take_line(struct search *search, char *line)
{
    char *rest, *word = strtok_r(line, blanks, &rest);

    if (!word)
        return;
    if (strcmp(word, "search") == 0 || strcmp(word, "domain") == 0)
        take_list(search, &rest);
    else if (strcmp(word, "options") == 0)
        take_options(search, &rest);
}

void search_read(struct search *search, const char *path)
{
    FILE *file = host_file_stream(path);
    char *line = NULL;
    size_t room = 0;

    search->ndots = NDOTS;
    search->count = 0;
    while (file && getline(&line, &room, file) != -1)
        take_line(search, line);
    free(line);
    if (file)
        fclose(file);
}

void search_heed(struct search *search, const char *localdomain, const char *res_options)
{
    char *text, *rest;

    if (localdomain) {
        text = rest = xstrdup(localdomain);
        take_list(search, &rest);
        free(text);
    }
    if (res_options) {
        text = rest = xstrdup(res_options);
        take_options(search, &rest);
        free(text);
    }
}

bool search_only(struct search *search, const char *domain)
{
    search->count = 0;
    add(search, domain);
    return search->count == 1;
}

bool search_has_dots(const struct search *search, const char *name)
{
    unsigned count = 0;

    for (; *name; name++)
        count += *name == '.';
    return count >= search->ndots;
}

static bool is_absolute(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && name[len - 1] == '.';
}

static char *join(const char *name, const char *domain)
{
    bool is_root = strcmp(domain, ".") == 0;

    return xasprintf("%s.%s", name, is_root ? "" : domain);
}

char *search_name(const struct search *search, const char *name, size_t attempt)
{
    bool is_alone = !search->is_on || is_absolute(name);
    size_t domains = is_alone ? 0 : search->count;
    bool goes_first = is_alone || search_has_dots(search, name);

    if (attempt > domains) {
        errno = ENOENT;
        return NULL;
    }
    if (attempt == (goes_first ? 0 : domains))
        return xstrdup(name);
    return join(name, search->domains[attempt - goes_first]);
}
