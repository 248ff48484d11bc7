/*
 * Reads command lines and configuration files as hostdnsd does, and keeps what it said. The
 * tests run in a folder of their own, where the file is test.conf.
 */
#pragma once

#include "folder.h"

#include "daemon/command_line.h"

#include <sys/mman.h>

enum { WORDS = 160, TEXT = 8192 };

/* What a command line came to: the result, and what was printed. */
static struct {
    enum command_line_result result;
    struct config config;
    char out[TEXT], err[TEXT];
} said;

static inline int capture(int fd, int *file)
{
    int saved = dup(fd);

    *file = memfd_create("captured", MFD_CLOEXEC);
    assert_int_equal(dup2(*file, fd), fd);
    return saved;
}

static inline void release(int fd, int saved, int file, char text[static TEXT])
{
    ssize_t len = pread(file, text, TEXT - 1, 0);

    assert_true(len >= 0);
    text[len] = '\0';
    assert_int_equal(dup2(saved, fd), fd);
    close(saved);
    close(file);
}

static inline void read_words(int argc, char **argv)
{
    int out, err, saved_out, saved_err;

    fflush(stdout);
    saved_out = capture(STDOUT_FILENO, &out);
    saved_err = capture(STDERR_FILENO, &err);
    config_free(&said.config);
    said.result = command_line_read(&said.config, argc, argv);
    fflush(stdout);
    release(STDERR_FILENO, saved_err, err, said.err);
    release(STDOUT_FILENO, saved_out, out, said.out);
}

/* Reads a command line of these words, split at blanks. */
static inline void command_line(const char *words)
{
    char copy[TEXT], *argv[WORDS] = {(char[]){"hostdnsd"}}, *rest = copy, *word;
    int argc = 1;

    strcpy(copy, words);
    while ((word = strsep(&rest, " ")))
        if (*word)
            argv[argc++] = word;
    read_words(argc, argv);
}

/* Writes the file test.conf here; set_up has made a folder of its own. */
static inline void file_holds(const char *octets, size_t size)
{
    FILE *file = fopen("test.conf", "we");

    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void file_says(const char *text)
{
    file_holds(text, strlen(text));
}

static char *start;

static inline void set_up(void)
{
    start = getcwd(NULL, 0);
    assert_non_null(start);
    folder_make();
    assert_int_equal(chdir(folder), 0);
}

static inline void tear_down(void)
{
    config_free(&said.config);
    assert_int_equal(chdir(start), 0);
    free(start);
    folder_remove();
}

static inline const char *listen_at(size_t i)
{
    static char text[ADDR_TEXT];

    assert_true(i < said.config.listen_count);
    return endpoint_format(&said.config.listen[i], text);
}

/* A command line with this error and no other. */
static inline void assert_wrong(const char *words, const char *error)
{
    command_line(words);
    assert_string_equal(said.err, error);
    assert_int_equal(said.result, COMMAND_LINE_FAILED);
}

/* A file with this error and no other. */
static inline void assert_wrong_file(const char *text, const char *error)
{
    file_says(text);
    assert_wrong("-c test.conf", error);
}
