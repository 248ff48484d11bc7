/*
 * dig and its like take types before a name and behind it, and a word may be both a type
 * and a name. So a type before a name waits: if no name comes, it was one itself.
 */
#include "client/words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add(struct words *words, const char *name, uint16_t type)
{
    struct wish *more = reallocarray(words->wishes, words->count + 1, sizeof *more);
    char *copy = strdup(name);

    if (more)
        words->wishes = more;
    if (!more || !copy) {
        free(copy);
        return false;
    }
    more[words->count++] = (struct wish){copy, type};
    return true;
}

static void drop_pending(struct words *words)
{
    free(words->pending);
    words->pending = NULL;
    words->pending_type = 0;
    words->is_surely_type = false;
}

bool words_take_name(struct words *words, const char *name)
{
    if (!add(words, name, words->pending_type))
        return false;
    drop_pending(words);
    words->names++;
    words->is_behind_name = true;
    return true;
}

/* The first type of the last name, or one more. */
static bool add_type(struct words *words, uint16_t type)
{
    struct wish *last = &words->wishes[words->count - 1];

    if (last->type != 0)
        return add(words, last->name, type);
    last->type = type;
    return true;
}

static bool wait_for_name(struct words *words, const char *word, uint16_t type)
{
    drop_pending(words);
    words->pending = strdup(word);
    words->pending_type = type;
    return words->pending != NULL;
}

/* The word was no type: it is a name itself. */
static bool take_pending_as_name(struct words *words)
{
    words->pending_type = 0;
    return words_take_name(words, words->pending);
}

bool words_take(struct words *words, const char *word)
{
    uint16_t type = ask_type(word);

    if (type == 0)
        return words_take_name(words, word);
    if (words->is_behind_name)
        return add_type(words, type);
    if (!words->pending || words->is_surely_type)
        return wait_for_name(words, word, type);
    return take_pending_as_name(words) && add_type(words, type);
}

bool words_take_type(struct words *words, uint16_t type, const char *word)
{
    if (words->is_behind_name)
        return add_type(words, type);
    if (!wait_for_name(words, word, type))
        return false;
    words->is_surely_type = true;
    return true;
}

bool words_take_address(struct words *words, const char *address)
{
    char name[ASK_TEXT];

    if (!ask_reverse(address, name) || !add(words, name, TYPE_PTR))
        return false;
    words->names++;
    words->is_behind_name = false;
    return true;
}

/* Capitals in one label: so people write types, and hardly ever names. */
static bool looks_like_type(const char *word)
{
    bool has_letter = false;

    if (strlen(word) < 3)
        return false;
    for (; *word; word++) {
        if (!isupper((unsigned char)*word) && !isdigit((unsigned char)*word))
            return false;
        has_letter |= isupper((unsigned char)*word) != 0;
    }
    return has_letter;
}

/* The type that was probably meant, or NULL. A word that stands alone is always a name. */
static const char *meant_type(const struct words *words, const struct wish *wish)
{
    return words->names > 1 && wish->type == 0 && looks_like_type(wish->name)
               ? ask_nearest_type(wish->name)
               : NULL;
}

static bool check(const struct words *words, char error[static WORDS_ERROR])
{
    for (size_t i = 0; i < words->count; i++) {
        const char *type = meant_type(words, &words->wishes[i]);

        if (type) {
            snprintf(error, WORDS_ERROR, "%s is no type: did you mean %s? (%s. is a name)",
                     words->wishes[i].name, type, words->wishes[i].name);
            return false;
        }
    }
    return true;
}

/* As dig -x does, without having to be told. */
static bool turn_address(struct wish *wish)
{
    char name[ASK_TEXT], *copy;

    if (wish->type != 0 || !ask_reverse(wish->name, name))
        return true;
    copy = strdup(name);
    if (!copy)
        return false;
    free(wish->name);
    *wish = (struct wish){copy, TYPE_PTR};
    return true;
}

bool words_end(struct words *words, char error[static WORDS_ERROR])
{
    snprintf(error, WORDS_ERROR, "out of memory");
    if (words->is_surely_type) {
        snprintf(error, WORDS_ERROR, "no NAME for the type %s", words->pending);
        return false;
    }
    if (words->pending && !take_pending_as_name(words))
        return false;
    if (!check(words, error))
        return false;
    for (size_t i = 0; i < words->count; i++)
        if (!turn_address(&words->wishes[i]))
            return false;
    return true;
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->wishes[i].name);
    free(words->wishes);
    drop_pending(words);
    *words = (struct words){0};
}
