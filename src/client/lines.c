/*
 * Lines in, the same output as on the command line out. What came of one line is written
 * before the next is read, so another program can hold a conversation over two pipes.
 */
#include "client/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char blanks[] = " \t\r\n\f\v";

bool lines_read(struct words *words, char *line, char error[static WORDS_ERROR])
{
    char *rest = NULL;

    *words = (struct words){0};
    for (char *word = strtok_r(line, blanks, &rest); word && *word != '#';
         word = strtok_r(NULL, blanks, &rest))
        if (!words_take(words, word)) {
            snprintf(error, WORDS_ERROR, "out of memory");
            return false;
        }
    if (!words_end(words, error))
        return false;
    snprintf(error, WORDS_ERROR, "more than one NAME");
    return words->names <= 1;
}

int lines_ask(struct asker *asker, const struct words *words)
{
    int worst = 0, code;

    for (size_t i = 0; i < words->count; i++) {
        code = asker_ask(asker, &words->wishes[i]);
        if (code == ASKER_INTERRUPTED)
            return code;
        if (code > worst)
            worst = code;
    }
    return worst;
}

static int ask_line(struct asker *asker, char *line, size_t size, unsigned long number)
{
    struct words words = {0};
    char error[WORDS_ERROR] = "a NUL";
    int code = EX_USAGE;

    /* A NUL would end the name before the line does: another name than the one given. */
    if (strlen(line) == size && lines_read(&words, line, error))
        code = lines_ask(asker, &words);
    else
        fprintf(asker->err, "hostdns: line %lu: %s\n", number, error);
    words_free(&words);
    return code;
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
