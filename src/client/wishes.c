/*
 * dig and similar programs take types and classes before a name and behind it, and a word
 * may be both a type and a name. So a type before a name waits: if no name comes, the word
 * was the name.
 */
#include "client/wishes.h"

#include "base/xalloc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct wishes *wishes, const char *name, uint16_t type, uint16_t class)
{
    wishes->all = xreallocarray(wishes->all, wishes->count + 1, sizeof *wishes->all);
    wishes->all[wishes->count++] =
        (struct wish){.name = xstrdup(name), .type = type, .class = class};
}

static void drop(struct waiting_word *word)
{
    free(word->text);
    *word = (struct waiting_word){0};
}

static void hold(struct waiting_word *word, const char *text, uint16_t number,
                 bool is_surely)
{
    drop(word);
    *word = (struct waiting_word){xstrdup(text), number, is_surely};
}

/* What stands before the first name holds for all, as with dig: "mx a.test b.test". */
static void note_usual(struct wishes *wishes)
{
    if (wishes->names > 0)
        return;
    wishes->usual_type = wishes->type.number;
    wishes->usual_class = wishes->class.number;
}

/* The wish that was added last is a new name's; what waited is used up. */
static void end_name(struct wishes *wishes, bool takes_types)
{
    note_usual(wishes);
    if (takes_types)
        drop(&wishes->type);
    drop(&wishes->class);
    wishes->first_of_name = wishes->count - 1;
    wishes->names++;
    wishes->is_behind_name = takes_types;
}

void wishes_take_name(struct wishes *wishes, const char *name)
{
    add(wishes, name, wishes->type.number, wishes->class.number);
    end_name(wishes, true);
}

/* The first type of the last name, or one more. */
static void add_type(struct wishes *wishes, uint16_t type)
{
    const struct wish last = wishes->all[wishes->count - 1];

    if (last.type != 0)
        add(wishes, last.name, type, last.class);
    wishes->all[wishes->count - 1].type = type;
    wishes->all[wishes->count - 1].settings = last.settings;
}

/* One name has one class: the one that was written last. */
static void set_class(struct wishes *wishes, uint16_t class)
{
    for (size_t i = wishes->first_of_name; i < wishes->count; i++)
        wishes->all[i].class = class;
}

/* The word was not a type or class but a name. */
static void take_as_name(struct wishes *wishes, struct waiting_word *word)
{
    char *text = word->text;

    *word = (struct waiting_word){0};
    wishes_take_name(wishes, text);
    free(text);
}

static void take_type(struct wishes *wishes, uint16_t type, const char *word)
{
    if (!wishes->is_behind_name && wishes->type.text && !wishes->type.is_surely)
        take_as_name(wishes, &wishes->type);
    if (wishes->is_behind_name)
        add_type(wishes, type);
    else
        hold(&wishes->type, word, type, false);
}

static void take_class(struct wishes *wishes, uint16_t class, const char *word,
                       bool is_surely)
{
    if (wishes->is_behind_name)
        set_class(wishes, class);
    else
        hold(&wishes->class, word, class, is_surely);
}

void wishes_take(struct wishes *wishes, const char *word)
{
    uint16_t type = type_from_text(word), class = class_from_text(word);

    if (type != 0)
        take_type(wishes, type, word);
    else if (class != 0)
        take_class(wishes, class, word, false);
    else
        wishes_take_name(wishes, word);
}

void wishes_take_type(struct wishes *wishes, uint16_t type, const char *word)
{
    if (wishes->is_behind_name)
        add_type(wishes, type);
    else
        hold(&wishes->type, word, type, true);
}

void wishes_take_class(struct wishes *wishes, uint16_t class, const char *word)
{
    take_class(wishes, class, word, true);
}

void wishes_settle(struct wishes *wishes, const struct settings *settings)
{
    for (size_t i = wishes->first_of_name; i < wishes->count; i++)
        wishes->all[i].settings = settings;
}

bool wishes_take_address(struct wishes *wishes, const char *address)
{
    char name[ASK_TEXT];

    if (!ask_reverse(address, name))
        return false;
    add(wishes, name, TYPE_PTR, wishes->class.number);
    end_name(wishes, false);
    return true;
}

/* True for capitals in one label: people write types like this, and hardly ever names. */
static bool may_be_type(const char *word)
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
static const char *meant_type(const struct wishes *wishes, const struct wish *wish)
{
    return wishes->names > 1 && wish->type == 0 && may_be_type(wish->name)
               ? type_nearest(wish->name)
               : NULL;
}

static bool check(const struct wishes *wishes, char error[static WISHES_ERROR])
{
    for (size_t i = 0; i < wishes->count; i++) {
        const char *type = meant_type(wishes, &wishes->all[i]);

        if (type) {
            snprintf(error, WISHES_ERROR,
                     "%s is not a type: did you mean %s? (%s. is a name)",
                     wishes->all[i].name, type, wishes->all[i].name);
            return false;
        }
    }
    return true;
}

/* An address is looked up like with -x. */
static void turn_address(struct wish *wish)
{
    char name[ASK_TEXT];

    if (wish->type != 0 || !ask_reverse(wish->name, name))
        return;
    free(wish->name);
    wish->name = xstrdup(name);
    wish->type = TYPE_PTR;
}

static bool has_name(const struct waiting_word *word, const char *kind,
                     char error[static WISHES_ERROR])
{
    if (!word->text)
        return true;
    snprintf(error, WISHES_ERROR, "no NAME for the %s %s", kind, word->text);
    return false;
}

static void take_if_a_name(struct wishes *wishes, struct waiting_word *word)
{
    if (word->text && !word->is_surely)
        take_as_name(wishes, word);
}

static void set_usual(const struct wishes *wishes, struct wish *wish)
{
    if (wish->type == 0)
        wish->type = wishes->usual_type;
    if (wish->class == 0)
        wish->class = wishes->usual_class;
}

bool wishes_end(struct wishes *wishes, char error[static WISHES_ERROR])
{
    /* The class becomes the name first: "ns ch" asks about Switzerland. */
    take_if_a_name(wishes, &wishes->class);
    take_if_a_name(wishes, &wishes->type);
    if (!has_name(&wishes->type, "type", error) ||
        !has_name(&wishes->class, "class", error) || !check(wishes, error))
        return false;
    for (size_t i = 0; i < wishes->count; i++) {
        set_usual(wishes, &wishes->all[i]);
        turn_address(&wishes->all[i]);
    }
    return true;
}

void wishes_free(struct wishes *wishes)
{
    for (size_t i = 0; i < wishes->count; i++)
        free(wishes->all[i].name);
    free(wishes->all);
    drop(&wishes->type);
    drop(&wishes->class);
    *wishes = (struct wishes){0};
}
