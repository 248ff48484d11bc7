/*
 * Lines give the same output as words of the command line. The answer to a line is written
 * before the next line is waited for, so that another program can hold a conversation over
 * two pipes.
 */
#include "client/lines.h"

#include "client/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char blanks[] = " \t\r\n\f\v";

bool lines_read(struct wishes *wishes, char *line, char error[static WISHES_ERROR])
{
    char *rest = NULL;

    *wishes = (struct wishes){0};
    for (char *word = strtok_r(line, blanks, &rest); word && !strchr("#;", *word);
         word = strtok_r(NULL, blanks, &rest))
        wishes_take(wishes, word);
    if (!wishes_end(wishes, error))
        return false;
    snprintf(error, WISHES_ERROR, "more than one NAME");
    return wishes->names <= 1;
}

int lines_ask(struct session *session, const struct wishes *wishes)
{
    int worst = 0, code;

    for (size_t i = 0; i < wishes->count; i++) {
        code = session_ask(session, &wishes->all[i]);
        if (code == SESSION_INTERRUPTED)
            return code;
        if (code > worst)
            worst = code;
    }
    return worst;
}

/* False if it makes no sense to go on. */
static bool complain(struct batch *batch, unsigned long number, const char *error)
{
    char text[WISHES_ERROR + 64];

    snprintf(text, sizeof text, "hostdns: line %lu: %s\n", number, error);
    return batch_complain(batch, EX_USAGE, text);
}

static bool ask_words(struct batch *batch, const struct wishes *wishes)
{
    for (size_t i = 0; i < wishes->count; i++)
        if (!batch_ask(batch, &wishes->all[i]))
            return false;
    return true;
}

static bool ask_line(struct batch *batch, char *line, size_t size, unsigned long number)
{
    struct wishes wishes = {0};
    char error[WISHES_ERROR] = "a NUL";
    bool goes_on;

    /* A NUL would cut the name off, and another name would be asked about. */
    if (strlen(line) == size && lines_read(&wishes, line, error))
        goes_on = ask_words(batch, &wishes);
    else
        goes_on = complain(batch, number, error);
    wishes_free(&wishes);
    return goes_on;
}

/* All lines that are there. */
static bool ask_lines(struct batch *batch, struct input *input, unsigned long *number)
{
    enum input_found found;
    size_t size;
    char *line;

    while ((found = input_line(input, &line, &size)) != INPUT_NONE) {
        ++*number;
        if (found == INPUT_LINE ? !ask_line(batch, line, size, *number)
                                : !complain(batch, *number, "too long"))
            return false;
    }
    return true;
}

void lines_run(struct batch *batch, int fd)
{
    struct input input;
    unsigned long number = 0;
    char text[128];

    input_open(&input, fd);
    while (ask_lines(batch, &input, &number) && !input.is_ended && batch_wait(batch, fd))
        input_read(&input);
    if (input.error != 0) {
        snprintf(text, sizeof text, "hostdns: cannot read names: %s\n",
                 strerror(input.error));
        batch_complain(batch, EX_IOERR, text);
    }
    free(input.octets);
}
