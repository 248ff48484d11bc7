/* Reads what a line of the dialogue asks for: an answer, help, another server, the end. */
#pragma once

#include "client/wishes.h"
#include "net/addr.h"

#include <stdio.h>

enum typed_line_kind {
    TYPED_NOTHING, /* blanks, or a comment */
    TYPED_ASK,
    TYPED_SWITCH, /* another server from now on */
    TYPED_HELP,
    TYPED_QUIT,
    TYPED_MISTAKE,
};

/* Room for a sentence about a mistake; a longer one is cut. */
enum { TYPED_ERROR = WISHES_ERROR + 64 };

struct typed_line {
    enum typed_line_kind kind;
    struct wishes wishes; /* TYPED_ASK */
    bool has_server;      /* TYPED_ASK: only this question is for the server */
    struct addr server;
    char error[TYPED_ERROR]; /* TYPED_MISTAKE */
};

/* Reads a line, whose text it changes. typed_line_free in any case. */
void typed_line_read(struct typed_line *, char *line);
void typed_line_free(struct typed_line *);

/* Shows what can be typed. */
void typed_line_help(FILE *);
