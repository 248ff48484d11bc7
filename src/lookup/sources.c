#include "lookup/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <nss.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static const char path[] = "/etc/nsswitch.conf";

/* Beyond this the file is not read: no real one is longer. */
enum { FILE_MAX = 16384 };

/* A hosts file that libc reads at once. Twice as long costs as much as a change of threads.
 */
enum { SHORT_FILE = 4096 };

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

/* What follows "hosts:" on the last such line, as libc has it, or NULL. */
static const char *hosts_line(const char *text)
{
    const char *found = NULL;

    while (text) {
        const char *word = skip_blanks(text);

        if (strncmp(word, "hosts", 5) == 0) {
            word = skip_blanks(word + 5);
            if (*word == ':')
                found = word + 1;
        }
        text = strchr(text, '\n');
        if (text)
            text++;
    }
    return found;
}

bool sources_follow_dns_in(const char *text)
{
    const char *word = hosts_line(text);
    bool dns_seen = false;

    if (!word)
        return true;
    for (word = skip_blanks(word); *word && !strchr("\n#", *word);
         word = skip_blanks(word)) {
        size_t len = strcspn(word, *word == '[' ? "]\n" : " \t\n#[");

        if (*word == '[') {
            word += len + (word[len] == ']');
            continue;
        }
        if (dns_seen)
            return true;
        dns_seen = len == 3 && strncmp(word, "dns", 3) == 0;
        word += len;
    }
    return false;
}

static bool is_end(const char *line)
{
    line = skip_blanks(line);
    return *line == '\0' || *line == '\n' || *line == '#';
}

/* The next word of the line or action in brackets, which it leaves behind; false at the
 * end. */
static bool next_word(const char **line, const char **word, size_t *len)
{
    *word = skip_blanks(*line);
    *len = **word == '[' ? strcspn(*word, "]\n#") + 1 : strcspn(*word, " \t\n#[");
    if (*len == 0 || (**word == '[' && (*word)[*len - 1] != ']'))
        return false;
    *line = *word + *len;
    return true;
}

static bool is_word(const char *word, size_t len, const char *expected)
{
    return len == strlen(expected) && strncmp(word, expected, len) == 0;
}

bool sources_are_plain_in(const char *text)
{
    const char *line = hosts_line(text), *word;
    size_t len;

    return line && next_word(&line, &word, &len) && is_word(word, len, "files") &&
           next_word(&line, &word, &len) && is_word(word, len, "dns") && is_end(line);
}

bool sources_end_in_dns_in(const char *text)
{
    const char *line = hosts_line(text), *word;
    size_t len;

    while (line && next_word(&line, &word, &len)) {
        if (is_word(word, len, "dns"))
            return is_end(line);
        if (*word == '[' && !is_word(word, len, "[NOTFOUND=return]"))
            return false;
    }
    return false;
}

/* The file's text, or NULL; `text` has room for FILE_MAX octets and a NUL. */
static const char *read_file(char *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd == -1 ? -1 : read(fd, text, FILE_MAX);

    if (fd != -1)
        close(fd);
    if (got < 0)
        return NULL;
    text[got] = '\0';
    return text;
}

static struct sources read_and_decide(void)
{
    char text[FILE_MAX + 1];

    if (!read_file(text))
        return (struct sources){.follow_dns = true};
    return (struct sources){sources_follow_dns_in(text), sources_are_plain_in(text),
                            sources_end_in_dns_in(text)};
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* True if the file is another one than last time: always, if there is none. */
static bool file_changed(struct stat *seen)
{
    struct stat now;

    if (stat(path, &now) == -1)
        return true;
    if (same_file(&now, seen))
        return false;
    *seen = now;
    return true;
}

struct sources sources_look(void)
{
    static _Thread_local struct stat seen;
    static _Thread_local struct sources said;

    if (file_changed(&seen))
        said = read_and_decide();
    return said;
}

bool sources_follow_dns(void)
{
    return sources_look().follow_dns;
}

static bool is_short(const char *name)
{
    struct stat file;

    if (stat(name, &file) == -1)
        return errno == ENOENT;
    return S_ISREG(file.st_mode) && file.st_size <= SHORT_FILE;
}

bool sources_are_quick(int64_t now)
{
    static _Thread_local int64_t looked;
    static _Thread_local bool quick;

    if (now != looked)
        quick = sources_look().plain && is_short("/etc/hosts");
    looked = now;
    return quick;
}

/*
 * libc asks nscd only while its sources come from the file. So they are set to what the
 * file says; then libc no longer reads the file itself, and we do it when it has changed.
 */
static void set_sources(void)
{
    static struct log_limit limit;
    char text[FILE_MAX + 1], *line;

    line = read_file(text) ? (char *)(uintptr_t)hosts_line(text) : NULL;
    if (line)
        line[strcspn(line, "\n#")] = '\0';
    if (__nss_configure_lookup("hosts", line ? line : "files dns") == -1 &&
        log_limit_allows(&limit, clock_ms()))
        log_warning("the hosts: line of %s is not usable beside nscd", path);
}

void sources_avoid_nscd(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct stat seen;

    if (access("/run/nscd/socket", F_OK) == -1)
        return;
    pthread_mutex_lock(&lock);
    if (file_changed(&seen))
        set_sources();
    pthread_mutex_unlock(&lock);
}
