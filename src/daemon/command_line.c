#include "daemon/command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "daemon/config_file.h"

static const struct options_place nowhere;

static void print_help(void)
{
    fputs("usage: hostdnsd [-c FILE] [-l ADDRESS[:PORT]]... [-o KEY=VALUE]... [-nv]\n"
          "       hostdnsd -h | -V\n"
          "Answers DNS questions with what getaddrinfo() says.\n\n"
          "  -c FILE     read the configuration from FILE\n"
          "  -l ADDRESS  the same as -o listen=ADDRESS, instead of the file's\n"
          "  -o KEY=VALUE  set an option, whatever the file says\n"
          "  -n          check the configuration and exit\n"
          "  -v          log each question\n"
          "  -V          print the version\n"
          "  -h          print this\n\n"
          "Keys, in the file as KEY = VALUE:\n",
          stdout);
    options_print_keys(stdout);
}

static bool set_from_argument(struct options *options, char *argument)
{
    static const struct options_place place = {.flag = "-o"};
    char *value = strchr(argument, '=');

    if (!value)
        return options_complain(&place, "%s: KEY=VALUE is needed", argument);
    *value++ = '\0';
    return options_set(options, &place, argument, value);
}

/* There are no long options, but a word with "--" is to be named whole if it is wrong. */
static int next_flag(int argc, char **argv)
{
    static const struct option none[] = {{0}};

    return getopt_long(argc, argv, ":c:l:o:nvVh", none, NULL);
}

/* What is said on the command line wins over the file wherever it stands, so the file comes
 * first. */
static bool read_named_file(struct options *options, int argc, char **argv)
{
    bool done = true;
    int flag;

    opterr = 0;
    optind = 1;
    while ((flag = next_flag(argc, argv)) != -1)
        if (flag == 'c')
            done &= config_file_read(options, optarg);
    return done;
}

static bool unknown_flag(int flag, const char *word)
{
    static const char why[] = "unknown option (hostdnsd -h lists them)";

    if (optopt == 0)
        return options_complain(&nowhere, "%s: %s", word, why);
    if (flag == ':')
        return options_complain(&nowhere, "-%c needs a value", optopt);
    return options_complain(&nowhere, "-%c: %s", optopt, why);
}

/* Acts on one flag; -h and -V are the caller's. */
static bool use_flag(struct options *options, int flag, const char *word, bool *listen_said)
{
    static const struct options_place place = {.flag = "-l"};

    switch (flag) {
    case 'c':
        return true;
    case 'l':
        if (!*listen_said)
            options->listen_count = 0;
        *listen_said = true;
        return options_set(options, &place, "listen", optarg);
    case 'o':
        return set_from_argument(options, optarg);
    case 'n':
        options->check_only = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    default:
        return unknown_flag(flag, word);
    }
}

enum command_line_result command_line_read(struct options *options, int argc, char **argv)
{
    bool done, listen_said = false;
    int flag;

    options_set_defaults(options);
    done = read_named_file(options, argc, argv);
    optind = 1;
    while ((flag = next_flag(argc, argv)) != -1) {
        if (flag == 'h') {
            print_help();
            return COMMAND_LINE_DONE;
        }
        if (flag == 'V') {
            puts("hostdnsd " HOSTDNS_VERSION);
            return COMMAND_LINE_DONE;
        }
        done &= use_flag(options, flag, argv[optind - 1], &listen_said);
    }
    if (optind < argc)
        done = options_complain(&nowhere, "%s: no arguments are taken", argv[optind]);
    done &= options_complete(options);
    return done ? COMMAND_LINE_RUN : COMMAND_LINE_FAILED;
}
