/*
 * An /etc of the target's own, in memory, for what libc reads there: no process but this
 * one sees it. Root is not needed if users may create namespaces.
 */
#pragma once

#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <nss.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

static inline void etc_need(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "fuzz: no private /etc: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Returns a descriptor of the file, which is new or empty. */
static inline int etc_write(const char *path, const char *text)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    etc_need(fd != -1 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
    return fd;
}

/* To be root in a namespace of users: the files in /etc are made by a user that is known
 * there. */
static inline void etc_be_root(void)
{
    char map[32];
    uid_t uid = geteuid();

    if (uid == 0)
        return;
    etc_need(unshare(CLONE_NEWUSER) == 0, "unshare");
    snprintf(map, sizeof map, "0 %u 1", uid);
    close(etc_write("/proc/self/uid_map", map));
}

static int etc_hosts, etc_resolv_conf; /* descriptors; the files are empty */

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* libFuzzer calls it before there are threads. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    etc_be_root();
    etc_need(unshare(CLONE_NEWNS) == 0, "unshare");
    etc_need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount /");
    etc_need(mount("fuzz", "/etc", "tmpfs", 0, NULL) == 0, "mount /etc");
    close(etc_write("/etc/nsswitch.conf", "hosts: files\n"));
    must(__nss_configure_lookup("hosts", "files") == 0);
    etc_hosts = etc_write("/etc/hosts", "");
    etc_resolv_conf = etc_write("/etc/resolv.conf", "");
    unsetenv("LOCALDOMAIN");
    unsetenv("RES_OPTIONS");
    return 0;
}

/* The octets are all that the file has from now on. */
static inline void etc_fill(int fd, const uint8_t *data, size_t size)
{
    must(pwrite(fd, data, size, 0) == (ssize_t)size && ftruncate(fd, (off_t)size) == 0);
}
