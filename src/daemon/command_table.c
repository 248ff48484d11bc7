#include "daemon/command_table.h"

#include <string.h>

#define COMMAND_ROW(id, name, argument, help) {#name, argument, help},
const struct command command_table[COMMANDS + 1] = {COMMAND_ROWS(COMMAND_ROW){0}};

static const char bounds[] = "[|]";

const struct command *command_find(const struct command *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static bool has_words(const struct command *command)
{
    const char *first = command->argument + strspn(command->argument, bounds);

    return *first >= 'a' && *first <= 'z';
}

int command_word(const struct command *command, const char *word)
{
    const char *at = command->argument;
    size_t len = strlen(word);

    for (int i = 0; *(at += strspn(at, bounds)); i++) {
        if (strcspn(at, bounds) == len && memcmp(at, word, len) == 0)
            return i;
        at += strcspn(at, bounds);
    }
    return -1;
}

bool command_takes(const struct command *command, const char *argument)
{
    if (!argument)
        return !command->argument || *command->argument == '[';
    return command->argument &&
           (!has_words(command) || command_word(command, argument) != -1);
}

static int usage_length(const struct command *command)
{
    return (int)(strlen(command->name) +
                 (command->argument ? 1 + strlen(command->argument) : 0));
}

void command_print_usage(const struct command *command, FILE *out)
{
    fprintf(out, "%s%s%s", command->name, command->argument ? " " : "",
            command->argument ? command->argument : "");
}

void command_print_help(const struct command *table, FILE *out)
{
    const struct command *command;
    int width = 0;

    for (command = table; command->name; command++)
        if (usage_length(command) > width)
            width = usage_length(command);
    for (command = table; command->name; command++) {
        fputs("  ", out);
        command_print_usage(command, out);
        fprintf(out, "%*s  %s\n", width - usage_length(command), "", command->help);
    }
}
