#include "lookup/hosts_words.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/host_file.h"
#include "dns/name.h"
#include "lookup/word_set.h"

static const char path[] = "/etc/hosts";

enum {
    SHORT = 4096,     /* octets that are read in less time than a thread takes to begin */
    AGAIN_MS = 50,    /* until the next try, if the file has just changed */
    FAILED_MS = 1000, /* the same, if it could not be read */
};

static struct {
    pthread_mutex_t lock;
    struct word_set words;
    struct stat file;      /* the file that they come from */
    uint64_t version;      /* the number of the file that was read; 0: none was */
    struct stat too_large; /* the last file that was too large */
    bool is_reading;
    int64_t pause; /* from the end of the last try to the next, in milliseconds */
    int64_t again; /* clock_ms() of the next try, at the earliest */
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void warn_if_denied(void)
{
    static struct host_file_denial denial = {.lock = PTHREAD_MUTEX_INITIALIZER};

    host_file_warn_denied(&denial, path, "the names there are not found");
}

static bool has_changed(int fd, const struct stat *before)
{
    struct stat now;

    return fstat(fd, &now) == -1 || !host_file_same(&now, before);
}

static enum word_set_outcome read_rested(int fd, const struct stat *file,
                                         struct word_set *words)
{
    static const struct word_set_limits limits = {HOSTS_WORDS_FILE_MOST, HOSTS_WORDS_MOST};
    enum word_set_outcome outcome;

    if (file->st_size > HOSTS_WORDS_FILE_MOST)
        return WORD_SET_TOO_MANY;
    if (!host_file_has_rested(file))
        return WORD_SET_CHANGED;
    outcome = word_set_read(words, fd, &limits);
    return has_changed(fd, file) ? WORD_SET_CHANGED : outcome;
}

static bool is_news(const struct stat *file)
{
    bool news;

    pthread_mutex_lock(&kept.lock);
    news = !host_file_same(file, &kept.file) && !host_file_same(file, &kept.too_large);
    pthread_mutex_unlock(&kept.lock);
    return news;
}

/* Keeps the words, and leaves in `words` those that the caller is to free. */
static void keep(struct word_set *words, const struct stat *file,
                 enum word_set_outcome outcome)
{
    struct word_set old;

    pthread_mutex_lock(&kept.lock);
    kept.pause = outcome == WORD_SET_FAILED ? FAILED_MS : AGAIN_MS;
    if (outcome == WORD_SET_TOO_MANY)
        kept.too_large = *file;
    if (outcome == WORD_SET_READ) {
        old = kept.words;
        kept.words = *words;
        kept.file = *file;
        kept.version++;
        *words = old;
    }
    pthread_mutex_unlock(&kept.lock);
}

void hosts_words_read(void)
{
    int fd = host_file_open(path);
    struct word_set words = {0};
    struct stat file;

    if (fd == -1)
        warn_if_denied();
    if (fd == -1 || fstat(fd, &file) == -1)
        keep(&words, NULL, WORD_SET_FAILED);
    else if (is_news(&file))
        keep(&words, &file, read_rested(fd, &file, &words));
    word_set_clear(&words);
    if (fd != -1)
        close(fd);
}

struct read_item {
    struct work_item work;
    hosts_words_done *done;
    void *context;
};

static void run_read(struct work_item *item)
{
    (void)item;
    hosts_words_read();
}

/* For the loop's thread: on a busy host it may hear of a thread's end much later, and who
 * has waited for that must not have to wait for the next try. */
static void end_reading(void)
{
    pthread_mutex_lock(&kept.lock);
    kept.is_reading = false;
    kept.again = clock_ms() + kept.pause;
    pthread_mutex_unlock(&kept.lock);
}

static void after_read(struct work_item *item)
{
    const struct read_item *read = list_item(item, struct read_item, work);

    end_reading();
    read->done(read->context);
}

/* A short file is read in less time than a thread takes to begin. */
static void read_here(void)
{
    hosts_words_read();
    end_reading();
}

static bool read_in_thread(struct work *work, hosts_words_done *done, void *context)
{
    static struct read_item item = {.work = {.run = run_read, .after = after_read}};

    item.done = done;
    item.context = context;
    if (work_put(work, &item.work))
        return true;
    end_reading();
    return false;
}

bool hosts_words_refresh(struct work *work, hosts_words_done *done, void *context)
{
    bool is_due, is_reading;
    struct stat now;

    if (stat(path, &now) == -1) {
        warn_if_denied();
        return false;
    }
    if (!is_news(&now))
        return false;
    pthread_mutex_lock(&kept.lock);
    is_reading = kept.is_reading;
    is_due = !is_reading && clock_ms() >= kept.again;
    kept.is_reading |= is_due;
    pthread_mutex_unlock(&kept.lock);
    if (!is_due)
        return is_reading;
    if (now.st_size > SHORT)
        return read_in_thread(work, done, context);
    read_here();
    return false;
}

/* Locks the set if it is that of the file as it is now. */
static bool lock_current(void)
{
    struct stat now;

    if (stat(path, &now) == -1)
        return false;
    pthread_mutex_lock(&kept.lock);
    if (kept.version > 0 && host_file_same(&now, &kept.file))
        return true;
    pthread_mutex_unlock(&kept.lock);
    return false;
}

static enum hosts_words perhaps(bool is_in_set)
{
    return is_in_set ? HOSTS_WORDS_PERHAPS : HOSTS_WORDS_ABSENT;
}

/* With the lock held; `dotted` is in lower case, with a final dot that `len` leaves out. */
static enum hosts_words look_for(const char *dotted, size_t len)
{
    if (word_set_has(&kept.words, dotted, len) ||
        word_set_has(&kept.words, dotted, len + 1))
        return HOSTS_WORDS_PERHAPS;
    return word_set_has_below(&kept.words, dotted, len) ? HOSTS_WORDS_ABOVE
                                                        : HOSTS_WORDS_ABSENT;
}

static enum hosts_words look_for_name(const char *text, bool only_dotted)
{
    size_t len = strlen(text);
    char dotted[NAME_TEXT + 1];
    enum hosts_words said;

    if (len == 0 || len >= NAME_TEXT || !lock_current())
        return HOSTS_WORDS_UNKNOWN;
    name_fold((uint8_t *)dotted, (const uint8_t *)text, len);
    dotted[len] = '.';
    said = only_dotted ? perhaps(word_set_has(&kept.words, dotted, len + 1))
                       : look_for(dotted, len);
    pthread_mutex_unlock(&kept.lock);
    return said;
}

enum hosts_words hosts_words_name(const char *text)
{
    return look_for_name(text, false);
}

enum hosts_words hosts_words_dotted(const char *text)
{
    return look_for_name(text, true);
}

enum hosts_words hosts_words_address(const uint8_t *octets, size_t len)
{
    enum hosts_words said;

    if (!lock_current())
        return HOSTS_WORDS_UNKNOWN;
    said = perhaps(word_set_has_address(&kept.words, octets, len));
    pthread_mutex_unlock(&kept.lock);
    return said;
}

uint64_t hosts_words_version(void)
{
    uint64_t version;

    if (!lock_current())
        return 0;
    version = kept.version;
    pthread_mutex_unlock(&kept.lock);
    return version;
}

struct hosts_words_size hosts_words_size(void)
{
    struct hosts_words_size size;

    pthread_mutex_lock(&kept.lock);
    size.words = kept.words.count;
    size.octets = kept.words.set.slot_count * sizeof(uint64_t);
    pthread_mutex_unlock(&kept.lock);
    return size;
}
