/*
 * A control group of this machine's, for tests that may make one: it takes what is begun by
 * the test from group_enter to group_leave.
 */
#pragma once

#include "check.h"

#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

struct group {
    char path[384], home[384];
    uint64_t number;
};

static inline bool group_move(const char *path)
{
    char list[400];
    int fd;
    bool done;

    snprintf(list, sizeof list, "%s/cgroup.procs", path);
    fd = open(list, O_WRONLY | O_CLOEXEC);
    done = fd != -1 && write(fd, "0", 1) == 1;
    if (fd != -1)
        close(fd);
    return done;
}

/* The folder of all groups; false if there are none of the second version. */
static inline bool group_find_root(char out[static 128])
{
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct mntent *mount;

    assert_non_null(mounts);
    while ((mount = getmntent(mounts)) && strcmp(mount->mnt_type, "cgroup2") != 0)
        ;
    if (mount)
        snprintf(out, 128, "%s", mount->mnt_dir);
    endmntent(mounts);
    return mount;
}

/* The group of this process, below that. */
static inline bool group_find_own(char out[static 128])
{
    FILE *groups = fopen("/proc/self/cgroup", "re");
    char line[512];
    bool found = false;

    assert_non_null(groups);
    while (!found && fgets(line, sizeof line, groups))
        found = sscanf(line, "0::%127s", out) == 1;
    fclose(groups);
    return found;
}

/* Makes a group; false if that is not allowed. */
static inline bool group_make(struct group *group)
{
    char root[128], path[128];
    struct stat folder;

    if (!group_find_root(root) || !group_find_own(path))
        return false;
    snprintf(group->home, sizeof group->home, "%s%s", root, path);
    snprintf(group->path, sizeof group->path, "%s%s/hostdns-test-XXXXXX", root, path);
    if (!mkdtemp(group->path) || stat(group->path, &folder) == -1)
        return false;
    group->number = folder.st_ino;
    return true;
}

static inline void group_remove(const struct group *group)
{
    assert_int_equal(rmdir(group->path), 0);
}

static inline void group_leave(const struct group *group)
{
    assert_true(group_move(group->home));
}

/* Makes one and enters it; false if that may not be. */
static inline bool group_enter(struct group *group)
{
    if (!group_make(group))
        return false;
    if (group_move(group->path))
        return true;
    group_remove(group);
    return false;
}

/* A process in the group that does nothing until group_end. */
static inline pid_t group_begin(const struct group *group)
{
    int ready[2];
    char octet;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        if (!group_move(group->path) || write(ready[1], "", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &octet, 1), 1);
    close(ready[0]);
    return pid;
}

static inline void group_end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}
