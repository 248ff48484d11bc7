#include "daemon/command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "daemon/config_file.h"

enum { ARGUMENT = 1 }; /* getopt(3) */

static const struct config_place nowhere;

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
          "Keys, in the file as KEY = VALUE.\n",
          stdout);
    config_print_keys(stdout);
}

static bool set_from_argument(struct config *config, const char *argument)
{
    static const struct config_place place = {.flag = "-o"};
    const char *value = strchr(argument, '=');
    char key[32];

    if (!value)
        return config_complain(&place, "%s: KEY=VALUE is needed", argument);
    snprintf(key, sizeof key, "%.*s", (int)(value - argument), argument);
    return config_set(config, &place, key, value + 1);
}

/* The words keep their order, since a reload uses them again; a word that belongs to
 * no flag is returned as ARGUMENT. There are no long options, but an error names such
 * a word whole. */
static int next_flag(int argc, char *const *argv)
{
    static const struct option none[] = {{0}};

    return getopt_long(argc, argv, "-:c:l:o:nvVh", none, NULL);
}

/* Reads the file first, since the command line wins wherever it names the file. */
static bool read_named_file(struct config *config, int argc, char *const *argv)
{
    bool done = true;
    int flag;

    opterr = 0;
    optind = 0; /* starts getopt anew */
    while ((flag = next_flag(argc, argv)) != -1)
        if (flag == 'c')
            done &= config_file_read(config, optarg);
    return done;
}

static bool unknown_flag(int flag, const char *word)
{
    static const char why[] = "unknown option (hostdnsd -h lists them)";

    if (optopt == 0)
        return config_complain(&nowhere, "%s: %s", word, why);
    if (flag == ':')
        return config_complain(&nowhere, "-%c needs a value", optopt);
    return config_complain(&nowhere, "-%c: %s", optopt, why);
}

/* Acts on one flag. The caller acts on -h and -V. */
static bool use_flag(struct config *config, int flag, const char *word, bool *listen_said)
{
    static const struct config_place place = {.flag = "-l"};

    switch (flag) {
    case 'c':
        return true;
    case 'l':
        if (!*listen_said)
            config->listen_count = 0;
        *listen_said = true;
        return config_set(config, &place, "listen", optarg);
    case 'o':
        return set_from_argument(config, optarg);
    case 'n':
        config->check_only = true;
        return true;
    case 'v':
        config->verbose = true;
        return true;
    case ARGUMENT:
        return config_complain(&nowhere, "%s: no arguments are taken", word);
    default:
        return unknown_flag(flag, word);
    }
}

enum command_line_result command_line_read(struct config *config, int argc,
                                           char *const *argv)
{
    bool done, listen_said = false;
    int flag;

    config_set_defaults(config);
    done = read_named_file(config, argc, argv);
    optind = 0;
    while ((flag = next_flag(argc, argv)) != -1) {
        if (flag == 'h') {
            print_help();
            return COMMAND_LINE_DONE;
        }
        if (flag == 'V') {
            puts("hostdnsd " HOSTDNS_VERSION);
            return COMMAND_LINE_DONE;
        }
        done &= use_flag(config, flag, argv[optind - 1], &listen_said);
    }
    if (optind < argc)
        done = config_complain(&nowhere, "%s: no arguments are taken", argv[optind]);
    done &= config_complete(config);
    return done ? COMMAND_LINE_RUN : COMMAND_LINE_FAILED;
}
