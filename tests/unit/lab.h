/*
 * For tests that need to know what the host knows: they run in tests/lab, with the files of
 * tests/system/etc as /etc and the name servers that serve tests/system/zones. What they
 * write to /etc goes to the lab's private copy; outside the lab they are skipped.
 */
#pragma once

#include "reply_text.h"

#include <linux/magic.h>
#include <poll.h>
#include <sys/vfs.h>

/* The lab's /etc is in memory, and knot's configuration is there only. */
static inline bool has_lab(void)
{
    struct statfs etc;

    return access("/etc/lab/knot.conf", F_OK) == 0 && statfs("/etc", &etc) == 0 &&
           etc.f_type == TMPFS_MAGIC;
}

static inline void need_lab(void)
{
    if (has_lab())
        return;
    print_message("skipped: run it as: tests/lab PROGRAM\n");
    skip();
}

static struct {
    char path[64];
    char text[4096];
    size_t len;
} lab_kept[4];

static inline void lab_put(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* Keeps the file's contents for lab_restore, unless they are kept already. */
static inline void lab_keep(const char *path)
{
    size_t i = 0;
    FILE *file;

    while (*lab_kept[i].path && strcmp(lab_kept[i].path, path) != 0)
        assert_true(++i < sizeof lab_kept / sizeof *lab_kept);
    if (*lab_kept[i].path)
        return;
    file = fopen(path, "re");
    assert_non_null(file);
    lab_kept[i].len = fread(lab_kept[i].text, 1, sizeof lab_kept[i].text, file);
    fclose(file);
    strcpy(lab_kept[i].path, path);
}

/* Writes /etc/NAME; lab_restore puts back what was there. */
static inline void etc_write(const char *name, const char *text)
{
    char path[64];

    need_lab();
    snprintf(path, sizeof path, "/etc/%s", name);
    lab_keep(path);
    lab_put(path, text, strlen(text));
}

static inline void lab_restore(void)
{
    for (size_t i = 0; i < sizeof lab_kept / sizeof *lab_kept && *lab_kept[i].path; i++) {
        lab_put(lab_kept[i].path, lab_kept[i].text, lab_kept[i].len);
        *lab_kept[i].path = '\0';
    }
}

/* Name servers that answer get more time for that on a busy machine. */
static inline void lab_be_patient(void)
{
    if (has_lab())
        etc_write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:4 attempts:1\n");
}

/* For tests that may write to /etc. */
FIXTURE(lab, lab_be_patient, lab_restore);
