#include "client/search.h"

#include "base/host_file.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NDOTS = 1, NDOTS_MAX = 15 }; /* libc's */

static const char blanks[] = " \t";

const char *search_behind(const char *line, const char *keyword)
{
    size_t len = strlen(keyword);

    if (strncmp(line, keyword, len) != 0 || (line[len] != ' ' && line[len] != '\t'))
        return NULL;
    return line + len + strspn(line + len, blanks);
}

static void add(struct search *search, const char *domain, size_t len)
{
    if (len >= SEARCH_DOMAIN || search->count == SEARCH_DOMAINS)
        return;
    memcpy(search->domains[search->count], domain, len);
    search->domains[search->count++][len] = '\0';
}

static void take_list(struct search *search, const char *list, size_t most)
{
    size_t len;

    search->count = 0;
    for (; most > 0; most--, list += len) {
        list += strspn(list, blanks);
        len = strcspn(list, " \t\n");
        if (len == 0)
            return;
        add(search, list, len);
    }
}

static void take_options(struct search *search, const char *options)
{
    static const char ndots[] = "ndots:";

    for (; *options; options += strcspn(options, blanks)) {
        options += strspn(options, blanks);
        if (strncmp(options, ndots, sizeof ndots - 1) == 0)
            search->ndots = (unsigned)strtoul(options + sizeof ndots - 1, NULL, 10);
    }
    if (search->ndots > NDOTS_MAX)
        search->ndots = NDOTS_MAX;
}

/* A list without domains leaves the one before as it is. */
static void take_line(struct search *search, const char *line)
{
    const char *list = search_behind(line, "search"),
               *domain = search_behind(line, "domain");
    const char *options = search_behind(line, "options");

    if (list && *list && *list != '\n')
        take_list(search, list, SIZE_MAX);
    else if (domain && *domain && *domain != '\n')
        take_list(search, domain, 1);
    else if (options)
        take_options(search, options);
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
    if (localdomain)
        take_list(search, localdomain, SIZE_MAX);
    if (res_options)
        take_options(search, res_options);
}

bool search_only(struct search *search, const char *domain)
{
    search->count = 0;
    add(search, domain, strlen(domain));
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
