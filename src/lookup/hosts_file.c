#include "lookup/hosts_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/host_file.h"
#include "base/shortage.h"

static const char path[] = "/etc/hosts";

enum {
    FIRST_SLOTS = 64, /* a power of two */
    TRIES = 2,        /* the host may have no descriptor left for a moment */
};

/* A name, and the offset in the file of the first word for it, counted from 1. */
struct index_slot {
    uint64_t hash; /* of the name's text in lower case, without a final dot */
    uint32_t at;   /* 0: the slot is empty */
};

/* A hash table with open addressing: a name is in the first empty slot from its hash on. */
struct name_index {
    struct index_slot *slots;
    size_t slot_count, count;
};

static struct index {
    pthread_mutex_t lock;
    struct stat seen;
    struct name_index ents;   /* the word is a name below */
    struct name_index dotted; /* of words that end in a dot */
} the_index = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct index_slot *find(const struct name_index *names, uint64_t hash)
{
    size_t mask = names->slot_count - 1, i = (size_t)hash & mask;

    while (names->slots[i].at != 0 && names->slots[i].hash != hash)
        i = (i + 1) & mask;
    return &names->slots[i];
}

static bool grow(struct name_index *names)
{
    struct name_index larger = {.count = names->count};

    larger.slot_count = names->slot_count ? names->slot_count * 2 : FIRST_SLOTS;
    larger.slots = calloc(larger.slot_count, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < names->slot_count; i++)
        if (names->slots[i].at != 0)
            *find(&larger, names->slots[i].hash) = names->slots[i];
    free(names->slots);
    *names = larger;
    return true;
}

static void add(struct name_index *names, const char *text, size_t len, uint32_t at)
{
    uint64_t hash = XXH3_64bits(text, len);
    struct index_slot *slot;

    if (names->count * 2 >= names->slot_count &&
        (names->count >= HOSTS_FILE_ENTS || !grow(names)))
        return;
    slot = find(names, hash);
    if (slot->at != 0)
        return;
    *slot = (struct index_slot){hash, at};
    names->count++;
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

/* True if libc does not accept the word as a name. */
static bool is_no_name(const char *text, size_t len)
{
    return len == 0 || text[0] == '.' || strstr(text, "..") || name_is_numeric(text);
}

static bool ends_in_dot(const char *word, size_t len)
{
    return len > 1 && word[len - 1] == '.';
}

static void add_name(struct index *index, const char *word, size_t len, uint32_t at)
{
    bool is_dotted = ends_in_dot(word, len);
    char text[NAME_TEXT];
    const char *dot = text;

    len = fold(text, word, len - is_dotted);
    if (is_no_name(text, len) || ends_in_dot(text, len))
        return;
    if (is_dotted)
        add(&index->dotted, text, len, at);
    while ((dot = strchr(dot, '.'))) {
        dot++;
        add(&index->ents, dot, len - (size_t)(dot - text), at);
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

/* Adds the names of a line, which begins at the offset `start` and has no newline. */
static void add_line(struct index *index, const char *line, uint64_t start)
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
        add_name(index, word, len, (uint32_t)(start + (uint64_t)(word - line) + 1));
    }
}

/* NULL if there is none, or it cannot be opened: then `is_read` is false. */
static FILE *open_file(bool *is_read)
{
    FILE *file = host_file_stream(path);

    *is_read = file || errno == ENOENT;
    return file;
}

static void close_file(FILE *file, bool *is_read)
{
    if (!file)
        return;
    *is_read = !ferror(file);
    fclose(file);
}

static void forget_all(struct index *index)
{
    free(index->ents.slots);
    free(index->dotted.slots);
    index->ents = index->dotted = (struct name_index){0};
}

/* False if the file could not be read. */
static bool read_file(struct index *index)
{
    bool is_read;
    FILE *file = open_file(&is_read);
    uint64_t at = 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    forget_all(index);

    while (file && (len = getline(&line, &room, file)) > 0 && at < UINT32_MAX - room) {
        line[strcspn(line, "\n")] = '\0';
        add_line(index, line, at);
        at += (uint64_t)len;
    }
    free(line);
    close_file(file, &is_read);
    return is_read;
}

/*
 * Reads the file if it has changed. One that changes meanwhile is read again next time, and
 * so is one that could not be read: a moment's shortage must not hide names for longer.
 */
static void read_if_changed(struct index *index)
{
    struct stat now = {0};
    bool is_read = false;

    if (stat(path, &now) == 0 && host_file_same(&now, &index->seen))
        return;
    shortage_watch();
    for (int i = 0; i < TRIES && !is_read; i++)
        is_read = read_file(index);
    index->seen = is_read ? now : (struct stat){0};
    shortage_end();
    shortage_check_descriptors();
}

/* The offset of the word for the name, counted from 1, or 0. */
static uint32_t word_at(const struct name_index *names, const char *text, size_t len)
{
    uint32_t at = 0;

    pthread_mutex_lock(&the_index.lock);
    read_if_changed(&the_index);
    if (names->count > 0)
        at = find(names, XXH3_64bits(text, len))->at;
    pthread_mutex_unlock(&the_index.lock);
    return at;
}

/* Reads the word at this offset; by now the file may be another one. */
static bool read_word(uint32_t at, char word[static NAME_TEXT])
{
    int fd = host_file_open(path);
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

    len -= ends_in_dot(child, len);
    return len > below + 1 && child[len - below - 1] == '.' &&
           strncasecmp(child + len - below, parent, below) == 0;
}

bool hosts_file_child(const char *parent, char child[static NAME_TEXT])
{
    char text[NAME_TEXT];
    size_t len = fold(text, parent, strlen(parent));
    uint32_t at = len == 0 ? 0 : word_at(&the_index.ents, text, len);
    bool is_read = false;

    for (int i = 0; i < TRIES && at != 0 && !is_read; i++)
        is_read = read_word(at, child);
    return is_read && is_below(child, text);
}

/* True if the line, which has no newline and may be changed, matches what is wanted. */
typedef bool matches(char *line, const void *wanted);

static bool line_has_word(char *line, const void *wanted)
{
    char *rest = NULL, *word;

    line[strcspn(line, "#")] = '\0';
    for (word = strtok_r(line, blanks, &rest); word; word = strtok_r(NULL, blanks, &rest))
        if (strcasecmp(word, wanted) == 0)
            return true;
    return false;
}

/* Lines without an address in front are none for libc. */
static bool line_has_name(char *line, const void *wanted)
{
    const char *address = line + strspn(line, blanks);

    return is_address(address, strcspn(address, " \t\r\f\v#")) &&
           line_has_word(line, wanted);
}

/* All addresses of `len` octets that begin with the same bits as this one. */
struct network {
    const uint8_t *at;
    size_t len;
    unsigned bits;
    uint8_t *found; /* the line's address: 16 octets */
};

static bool is_in(const uint8_t *address, const struct network *network)
{
    unsigned octets = network->bits / 8, more = network->bits % 8;

    return memcmp(address, network->at, octets) == 0 &&
           (more == 0 || (address[octets] ^ network->at[octets]) >> (8 - more) == 0);
}

static bool line_has_address(char *line, const void *wanted)
{
    const struct network *network = wanted;
    char *rest = NULL, *word;

    line[strcspn(line, "#")] = '\0';
    word = strtok_r(line, blanks, &rest);
    return word &&
           inet_pton(network->len == 4 ? AF_INET : AF_INET6, word, network->found) == 1 &&
           is_in(network->found, network);
}

/* False if the file could not be read. */
static bool look_at_lines(matches *does_match, const void *wanted, size_t most, bool *found)
{
    bool is_read;
    FILE *file = open_file(&is_read);
    struct stat now;
    char *line = NULL;
    size_t room = 0;

    if (file && fstat(fileno(file), &now) == 0 && now.st_size >= 0 &&
        (uint64_t)now.st_size <= most)
        while (!*found && getline(&line, &room, file) > 0) {
            line[strcspn(line, "\n")] = '\0';
            *found = does_match(line, wanted);
        }
    free(line);
    close_file(file, &is_read);
    return is_read;
}

static bool any_line(matches *does_match, const void *wanted, size_t most)
{
    bool found = false;

    if (!look_at_lines(does_match, wanted, most, &found))
        look_at_lines(does_match, wanted, most, &found);
    return found;
}

bool hosts_file_has_name(const char *name, size_t most)
{
    char dotted[NAME_TEXT + 1];

    snprintf(dotted, sizeof dotted, "%s.", name);
    return any_line(line_has_word, name, most) || any_line(line_has_word, dotted, most);
}

bool hosts_file_needs_dot(const char *name)
{
    char text[NAME_TEXT];
    size_t len = fold(text, name, strlen(name));

    return len > 0 && word_at(&the_index.dotted, text, len) != 0 &&
           !any_line(line_has_name, name, SIZE_MAX);
}

bool hosts_file_has_address(const uint8_t *octets, size_t len, size_t most)
{
    uint8_t found[16];

    return any_line(line_has_address,
                    &(struct network){octets, len, (unsigned)len * 8, found}, most);
}

bool hosts_file_address_below(const uint8_t *octets, size_t len, unsigned bits,
                              uint8_t found[static 16])
{
    return any_line(line_has_address, &(struct network){octets, len, bits, found},
                    SIZE_MAX);
}
