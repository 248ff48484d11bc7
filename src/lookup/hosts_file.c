#include "lookup/hosts_file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/shortage.h"

static const char path[] = "/etc/hosts";

enum { FIRST_SLOTS = 64 }; /* a power of two */

/* A parent, and where the first name below it stands in the file, counted from 1. */
struct slot {
    uint64_t hash; /* of its text in lower case */
    uint32_t at;   /* 0: the slot is empty */
};

/* Open addressing: a parent stands in the first empty slot from that of its hash on. */
struct parents {
    struct slot *slots;
    size_t slot_count, count;
};

static struct index {
    pthread_mutex_t lock;
    struct stat seen;
    struct parents parents;
} the_index = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct slot *find(const struct parents *parents, uint64_t hash)
{
    size_t mask = parents->slot_count - 1, i = (size_t)hash & mask;

    while (parents->slots[i].at != 0 && parents->slots[i].hash != hash)
        i = (i + 1) & mask;
    return &parents->slots[i];
}

static bool grow(struct parents *parents)
{
    struct parents larger = {.count = parents->count};

    larger.slot_count = parents->slot_count ? parents->slot_count * 2 : FIRST_SLOTS;
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < parents->slot_count; i++)
        if (parents->slots[i].at != 0)
            *find(&larger, parents->slots[i].hash) = parents->slots[i];
    free(parents->slots);
    *parents = larger;
    return true;
}

static void add_parent(struct parents *parents, const char *text, size_t len, uint32_t at)
{
    uint64_t hash = XXH3_64bits(text, len);
    struct slot *slot;

    if (parents->count * 2 >= parents->slot_count &&
        (parents->count >= HOSTS_FILE_PARENTS || !grow(parents)))
        return;
    slot = find(parents, hash);
    if (slot->at != 0)
        return;
    *slot = (struct slot){hash, at};
    parents->count++;
}

/* Copies the text in lower case; its length, or 0 if it is too long for a name. */
static size_t fold(char out[static NAME_TEXT], const char *text, size_t len)
{
    if (len >= NAME_TEXT)
        return 0;
    name_fold((uint8_t *)out, (const uint8_t *)text, len);
    out[len] = '\0';
    return len;
}

/* libc takes none of these for the name that they would be: a final dot counts there. */
static bool is_no_name(const char *text, size_t len)
{
    return len == 0 || text[0] == '.' || text[len - 1] == '.' || strstr(text, "..") ||
           name_looks_numeric(text);
}

static void add_name(struct parents *parents, const char *word, size_t len, uint32_t at)
{
    char text[NAME_TEXT];
    const char *dot = text;

    len = fold(text, word, len);
    if (is_no_name(text, len))
        return;
    while ((dot = strchr(dot, '.'))) {
        dot++;
        add_parent(parents, dot, len - (size_t)(dot - text), at);
    }
}

static bool is_address(const char *word, size_t len)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr unused;

    if (len >= sizeof text)
        return false;
    memcpy(text, word, len);
    text[len] = '\0';
    return inet_pton(AF_INET, text, &unused) == 1 ||
           inet_pton(AF_INET6, text, &unused) == 1;
}

static const char blanks[] = " \t\r\f\v";

/* A line that begins at `start` of the file, without its end. */
static void add_line(struct parents *parents, const char *line, uint64_t start)
{
    const char *word = line + strspn(line, blanks);
    size_t len = strcspn(word, " \t\r\f\v#");

    if (!is_address(word, len))
        return;
    for (;;) {
        word += len;
        word += strspn(word, blanks);
        len = strcspn(word, " \t\r\f\v#");
        if (len == 0)
            return;
        add_name(parents, word, len, (uint32_t)(start + (uint64_t)(word - line) + 1));
    }
}

static void read_file(struct parents *parents)
{
    FILE *file = fopen(path, "re");
    uint64_t at = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    while (file && (len = getline(&line, &room, file)) > 0 && at < UINT32_MAX - room) {
        line[strcspn(line, "\n")] = '\0';
        add_line(parents, line, at);
        at += (uint64_t)len;
    }
    free(line);
    if (file)
        fclose(file);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* A file that changes while it is read is read again for the next question. */
static void look(struct index *index)
{
    struct stat now = {0};

    if (stat(path, &now) == 0 && same_file(&now, &index->seen))
        return;
    free(index->parents.slots);
    index->parents = (struct parents){0};
    index->seen = now;
    shortage_watch();
    read_file(&index->parents);
    shortage_end();
    shortage_check_descriptors();
}

static uint32_t child_at(const char *parent, size_t len)
{
    uint32_t at = 0;

    pthread_mutex_lock(&the_index.lock);
    look(&the_index);
    if (the_index.parents.count > 0)
        at = find(&the_index.parents, XXH3_64bits(parent, len))->at;
    pthread_mutex_unlock(&the_index.lock);
    return at;
}

/* The word that stands there; the file may be another one by now. */
static bool read_word(uint32_t at, char word[static NAME_TEXT])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd == -1 ? -1 : pread(fd, word, NAME_TEXT - 1, at - 1);

    if (fd != -1)
        close(fd);
    if (got <= 0)
        return false;
    word[got] = '\0';
    word[strcspn(word, " \t\r\f\v#\n")] = '\0';
    return true;
}

static bool is_below(const char *child, const char *parent)
{
    size_t len = strlen(child), below = strlen(parent);

    return len > below + 1 && child[len - below - 1] == '.' &&
           strcasecmp(child + len - below, parent) == 0;
}

bool hosts_file_child(const char *parent, char child[static NAME_TEXT])
{
    char text[NAME_TEXT];
    size_t len = fold(text, parent, strlen(parent));
    uint32_t at = len == 0 ? 0 : child_at(text, len);

    return at != 0 && read_word(at, child) && is_below(child, text);
}
