#include "ctl/arguments.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>

enum { FLAG_JSON = 256, FLAG_ONCE, FLAG_INTERVAL };

static const struct option long_flags[] = {
    {"json", no_argument, NULL, FLAG_JSON},
    {"once", no_argument, NULL, FLAG_ONCE},
    {"interval", required_argument, NULL, FLAG_INTERVAL},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {0}};

void arguments_print_help(FILE *out)
{
    fputs("usage: hostdnsctl [-s SOCKET] [--json] COMMAND [ARGUMENT]\n"
          "       hostdnsctl [-s SOCKET] [--once] [--interval SECONDS] top\n"
          "       hostdnsctl -h | -V\n"
          "Asks a running hostdnsd.\n\n"
          "  -s SOCKET           its control socket\n"
          "  --json              status, stats and top as one JSON object\n"
          "  --once              top prints one view as text and ends\n"
          "  --interval SECONDS  between two views of top (default 1)\n"
          "  -V, --version       print the version\n"
          "  -h, --help          print this\n\n"
          "Commands:\n",
          out);
    command_print_help(command_table, out);
}

/* Words. */

static bool has_controls(const char *word)
{
    for (; *word; word++)
        if (iscntrl((unsigned char)*word))
            return true;
    return false;
}

static bool complain_of_usage(const struct command *command, const char *what,
                              FILE *complaints)
{
    fprintf(complaints, "hostdnsctl: %s: %s; usage: hostdnsctl ", command->name, what);
    command_print_usage(command, complaints);
    fputc('\n', complaints);
    return false;
}

bool arguments_has_json(const struct arguments *arguments)
{
    const struct command *command = &command_table[arguments->id];

    return command->argument && command_word(command, "json") != -1;
}

/* What is wrong with a known command; NULL if nothing is. */
static const char *fault_of(const struct arguments *arguments)
{
    const struct command *command = &command_table[arguments->id];
    bool has_argument = arguments->count > 1;

    if (arguments->count > (command->argument ? 2 : 1))
        return "it takes fewer words";
    if (arguments->json && !arguments_has_json(arguments))
        return "it has no answer in JSON";
    if ((arguments->once || arguments->has_interval) &&
        (arguments->id != COMMAND_TOP || has_argument || arguments->json))
        return "--once and --interval are for top on a terminal or as text";
    if (!command_takes(command, has_argument ? arguments->words[1] : NULL))
        return has_argument ? "the argument is wrong" : "an argument is needed";
    return NULL;
}

/* A control character could end the line early, and the rest would be another command. */
static bool check_words(struct arguments *arguments, FILE *complaints)
{
    const struct command *command;
    const char *fault;

    for (size_t i = 0; i < arguments->count; i++)
        if (has_controls(arguments->words[i])) {
            fprintf(complaints,
                    "hostdnsctl: word %zu of the command has a control character\n", i + 1);
            return false;
        }
    if (arguments->count == 0) {
        fputs("hostdnsctl: a command is needed (hostdnsctl -h lists them)\n", complaints);
        return false;
    }
    command = command_find(command_table, arguments->words[0]);
    if (!command)
        return true;
    arguments->id = (enum command_id)(command - command_table);
    fault = fault_of(arguments);
    return !fault || complain_of_usage(command, fault, complaints);
}

/* Options. */

static bool read_interval(struct arguments *arguments, const char *text, FILE *complaints)
{
    char *end;
    double seconds = strtod(text, &end);

    arguments->has_interval = true;
    arguments->interval_ms = (int)(seconds >= 0.1 && seconds <= 3600 ? seconds * 1000 : 0);
    if (end != text && !*end && arguments->interval_ms > 0)
        return true;
    fputs("hostdnsctl: --interval needs seconds from 0.1 to 3600\n", complaints);
    return false;
}

static bool complain_of_flag(const char *word, FILE *complaints)
{
    if (optopt == 's')
        fputs("hostdnsctl: -s needs the path of a socket\n", complaints);
    else if (optopt == FLAG_INTERVAL)
        fputs("hostdnsctl: --interval needs seconds from 0.1 to 3600\n", complaints);
    else if (optopt != 0 && word[1] != '-')
        fprintf(complaints, "hostdnsctl: -%c: no such option (hostdnsctl -h lists them)\n",
                isprint(optopt) ? optopt : '?');
    else
        fprintf(complaints,
                "hostdnsctl: %s: no such option, or it takes no value "
                "(hostdnsctl -h lists them)\n",
                has_controls(word) ? "--?" : word);
    return false;
}

static bool read_flag(struct arguments *arguments, int flag, char *const *argv,
                      FILE *complaints)
{
    switch (flag) {
    case 's':
        arguments->path = optarg;
        return true;
    case 'h':
        arguments->wish = ARGUMENTS_HELP;
        return true;
    case 'V':
        arguments->wish = ARGUMENTS_VERSION;
        return true;
    case FLAG_JSON:
        arguments->json = true;
        return true;
    case FLAG_ONCE:
        arguments->once = true;
        return true;
    case FLAG_INTERVAL:
        return read_interval(arguments, optarg, complaints);
    default:
        return complain_of_flag(argv[optind - 1], complaints);
    }
}

bool arguments_read(struct arguments *arguments, int argc, char **argv, FILE *complaints)
{
    int flag;

    *arguments = (struct arguments){.id = COMMANDS, .interval_ms = 1000};
    control_socket_default(arguments->default_path);
    arguments->path = arguments->default_path;
    opterr = 0;
    optind = 0; /* from the start, whatever was read before */
    while (arguments->wish == ARGUMENTS_COMMAND &&
           (flag = getopt_long(argc, argv, "s:hV", long_flags, NULL)) != -1)
        if (!read_flag(arguments, flag, argv, complaints))
            return false;
    arguments->words = (const char *const *)(argv + optind);
    arguments->count = (size_t)(argc - optind);
    return arguments->wish != ARGUMENTS_COMMAND || check_words(arguments, complaints);
}
