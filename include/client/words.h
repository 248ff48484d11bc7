/*
 * The words that a person writes, of the command line, of a line from a pipe or of the
 * dialogue: names, with types before or behind them.
 */
#ifndef CLIENT_WORDS_H
#define CLIENT_WORDS_H

#include "dns/ask.h"

/* A name to ask about; type 0 stands for its addresses. */
struct wish {
    char *name;
    uint16_t type;
};

/* Zeroed before the first word. words_free gives back what it holds. */
struct words {
    struct wish *wishes; /* in the order of the words */
    size_t count;
    size_t names;        /* so many of the words were names */
    bool is_behind_name; /* the next type is one of the last name's */
    char *pending;       /* a type that has no name yet, as it was written; or NULL */
    uint16_t pending_type;
    bool is_surely_type; /* of the pending one: it is no name in any case */
};

/* Room for a line about a mistake; a longer one is cut. */
enum { WORDS_ERROR = 256 };

/* Takes a word for a type, if it is one, or else for a name. Like those below it is false
 * when memory is short. */
bool words_take(struct words *, const char *word);
bool words_take_name(struct words *, const char *name);
bool words_take_type(struct words *, uint16_t type, const char *word);
/* Asks for the names of an address, its PTR records. False also if the text is none. */
bool words_take_address(struct words *, const char *address);

/*
 * Ends the words. False with a line in `error` if a type has no name, or a word seems
 * to be meant for a type. An address among the names becomes its reverse name, unless a
 * type was asked for.
 */
bool words_end(struct words *, char error[static WORDS_ERROR]);
void words_free(struct words *);

#endif
