#include "lookup/forwarder_mark.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/counters.h"
#include "channel/message.h"

enum {
    DEPTH_MOST = 16,    /* levels of nested groups */
    FOLDERS_MOST = 8192 /* folders to be looked at */
};

/* The control groups of forwarders, each at the index that its forwarder's number is. */
static struct forwarder_group {
    uint64_t number; /* 0: it has not been opened yet */
    int list;        /* descriptor of its list of processes; -1: it cannot be read */
} groups[QUESTION_FORWARDER_MAX + 1];

/* The folder of all groups; -1 if it is not mounted here. */
static int open_root(void)
{
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    struct mntent *mount;
    int root = -1;

    if (!mounts)
        return -1;
    while (root == -1 && (mount = getmntent(mounts)))
        if (strcmp(mount->mnt_type, "cgroup2") == 0)
            root = open(mount->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    endmntent(mounts);
    return root;
}

/* Searches for the group, whose number is the inode of its folder. Closes `folder`. */
static int find_below(int folder, uint64_t number, int depth, int *left)
{
    DIR *dir = fdopendir(folder);
    struct dirent *entry;
    int found = -1;

    if (!dir) {
        close(folder);
        return -1;
    }
    while (found == -1 && *left > 0 && (entry = readdir(dir))) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
            continue;
        --*left;
        found = openat(dirfd(dir), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (found != -1 && entry->d_ino != number)
            found = depth < DEPTH_MOST ? find_below(found, number, depth + 1, left)
                                       : (close(found), -1);
    }
    closedir(dir);
    return found;
}

/* Opens the list of processes of the control group with this number; -1 if there is none,
 * or if it is invisible here. This reads as many folders as there are groups. */
static int open_list(uint64_t number)
{
    int root = open_root(), left = FOLDERS_MOST, folder, list;

    folder = root == -1 ? -1 : find_below(root, number, 0, &left);
    if (folder == -1)
        return -1;
    list = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    close(folder);
    return list;
}

/* False if the group is gone. */
static bool has_one(int list)
{
    char text[64]; /* more than one line needs */
    ssize_t len = pread(list, text, sizeof text, 0);

    return len > 0 && memchr(text, '\n', (size_t)len) == text + len - 1;
}

static void look_for(struct forwarder_group *group, uint64_t number)
{
    if (group->number != 0 && group->list != -1)
        close(group->list);
    *group = (struct forwarder_group){number, open_list(number)};
}

static bool is_alone(struct forwarder_group *group, uint64_t number)
{
    if (group->number != number)
        look_for(group, number);
    return group->list != -1 && has_one(group->list);
}

unsigned forwarder_mark_check(struct question *question)
{
    unsigned forwarder = question_forwarder(question);
    uint64_t number =
        __atomic_load_n(&counters_words()[WORDS_GROUPS + forwarder], __ATOMIC_ACQUIRE);

    if (forwarder == 0 || number == 0 || is_alone(&groups[forwarder], number))
        return 0;
    question_set_forwarder(question, 0);
    return forwarder;
}
