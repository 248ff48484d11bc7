/*
 * Lines in, the same output as on the command line out. What came of one line is written
 * before the next is read, so another program can hold a conversation over two pipes.
 */
#include "client/lines.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char blanks[] = " \t\r\n\f\v";

enum line_kind lines_split(char *line, char **name, uint16_t *type)
{
    char *rest = NULL, *word;

    *type = 0;
    *name = strtok_r(line, blanks, &rest);
    if (!*name || **name == '#')
        return LINE_EMPTY;
    word = strtok_r(NULL, blanks, &rest);
    if (!word || *word == '#')
        return LINE_NAME;
    *type = ask_type(word);
    word = strtok_r(NULL, blanks, &rest);
    return *type != 0 && (!word || *word == '#') ? LINE_NAME : LINE_BAD;
}

static int ask_line(struct asker *asker, char *line, size_t size, unsigned long number)
{
    char *name;
    uint16_t type;

    /* A NUL would end the name before the line does: another name than the one given. */
    switch (strlen(line) == size ? lines_split(line, &name, &type) : LINE_BAD) {
    case LINE_EMPTY:
        return 0;
    case LINE_NAME:
        return asker_ask(asker, name, type);
    default:
        fprintf(asker->err, "hostdns: line %lu: not NAME or NAME TYPE\n", number);
        return EX_USAGE;
    }
}

int lines_run(struct asker *asker, FILE *in)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int worst = 0, code;

    for (unsigned long number = 1; (size = getline(&line, &room, in)) != -1; number++) {
        code = ask_line(asker, line, (size_t)size, number);
        if (code > worst)
            worst = code;
    }
    if (ferror(in)) {
        fputs("hostdns: cannot read names\n", asker->err);
        worst = EX_IOERR;
    }
    free(line);
    return worst;
}
