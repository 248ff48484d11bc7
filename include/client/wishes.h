/*
 * Reads the words that a person writes on the command line, in a line of a pipe or in the
 * dialogue: names, with types and classes before or behind them.
 */
#pragma once

#include "dns/ask.h"

struct settings;

/* A name to ask about; type 0 stands for its addresses, class 0 for IN. */
struct wish {
    char *name;
    uint16_t type, class;
    const struct settings *settings; /* of its own, borrowed; NULL: those of all names */
};

/* A type or a class that has no name yet. */
struct waiting_word {
    char *text; /* as it was written; NULL: none waits */
    uint16_t number;
    bool is_surely; /* behind -t or -c: it cannot be a name */
};

/* Zeroed before the first word. wishes_free gives back what it holds. */
struct wishes {
    struct wish *all; /* in the order of the words */
    size_t count;
    size_t names;         /* how many of the words were names */
    size_t first_of_name; /* where the wishes of the last name begin */
    bool is_behind_name;  /* the next type or class is one of the last name's */
    struct waiting_word type, class;
    uint16_t usual_type,
        usual_class; /* of names that have none: they stand before all names */
};

/* Room for a line about a mistake; a longer one is cut. */
enum { WISHES_ERROR = 256 };

/* Takes a word for a type or a class if it is one, and for a name otherwise. */
void wishes_take(struct wishes *, const char *word);
void wishes_take_name(struct wishes *, const char *name);
void wishes_take_type(struct wishes *, uint16_t type, const char *word);
void wishes_take_class(struct wishes *, uint16_t class, const char *word);
/* The name that was taken last, with all its types, has these settings. */
void wishes_settle(struct wishes *, const struct settings *);
/* Asks for the names of an address, its PTR records. False if the text is no address. */
bool wishes_take_address(struct wishes *, const char *address);

/*
 * Call this after the last word. False with a line in `error` if a type or class has no
 * name, or if a name looks like a mistyped type. An address becomes its reverse name,
 * unless a type was asked for.
 */
bool wishes_end(struct wishes *, char error[static WISHES_ERROR]);
void wishes_free(struct wishes *);
