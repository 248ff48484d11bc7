#include "client/option_find.h"

#include "base/near.h"

#include <stdio.h>
#include <string.h>

static bool is_word(const char *known, const char *word, size_t len)
{
    return known && strncmp(known, word, len) == 0 && known[len] == '\0';
}

static void find_exact(struct option_found *found, const char *word, size_t len)
{
    for (size_t i = 0; i < option_row_count && !found->row; i++)
        if (is_word(option_rows[i].word, word, len) ||
            is_word(option_rows[i].other, word, len))
            found->row = &option_rows[i];
}

static bool begins(const char *known, const char *word, size_t len)
{
    return known && strncmp(known, word, len) == 0;
}

static void find_beginning(struct option_found *found, const char *word, size_t len)
{
    for (size_t i = 0; i < option_row_count; i++) {
        if (!begins(option_rows[i].word, word, len) &&
            !begins(option_rows[i].other, word, len))
            continue;
        if (found->row && !found->other)
            found->other = &option_rows[i];
        else if (!found->row)
            found->row = &option_rows[i];
    }
}

/* "+noall": the option without "no". */
static void find_denied(struct option_found *found, const char *word, size_t len)
{
    char option[32];

    if (strncmp(word, "+no", 3) != 0 || len < 4 || len >= sizeof option)
        return;
    snprintf(option, sizeof option, "+%.*s", (int)len - 3, word + 3);
    find_exact(found, option, len - 2);
    if (!found->row)
        find_beginning(found, option, len - 2);
    found->is_denied = true;
}

/* "+timeout=3", "--color=never". */
static struct option_found find_long(const char *word)
{
    size_t len = strcspn(word, "=");
    struct option_found found = {.value = word[len] == '=' ? word + len + 1 : NULL};

    find_exact(&found, word, len);
    if (!found.row && *word == '+')
        find_denied(&found, word, len);
    if (!found.row && *word == '+' && len > 1) {
        found.is_denied = false;
        find_beginning(&found, word, len);
    }
    return found;
}

/* "@SERVER", "-pPORT": the argument is in the same word or the next one. */
static struct option_found find_short(const char *word)
{
    struct option_found found = {0};
    size_t len = *word == '@' ? 1 : 2;

    find_exact(&found, word, strlen(word));
    if (found.row && *word != '@')
        return found;
    find_exact(&found, word, len);
    if (found.row && !found.row->argument)
        found.row = NULL;
    found.value = word + len;
    return found;
}

struct option_found option_find(const char *word)
{
    bool is_long = *word == '+' || strncmp(word, "--", 2) == 0;

    return is_long ? find_long(word) : find_short(word);
}

/* Short words are all similar to each other. */
const char *option_nearest(const char *word)
{
    for (size_t i = 0; strlen(word) > 3 && i < option_row_count; i++)
        if (near_is(word, option_rows[i].word))
            return option_rows[i].word;
    return NULL;
}
