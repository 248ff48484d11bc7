#include "base/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#define COUNTERS_ROW(name, text, kind, help) {text, help, COUNTER_##kind},
const struct counter_row counter_rows[COUNTERS_NUMBER] = {COUNTERS(COUNTERS_ROW)};

struct slot {
    uint64_t numbers[COUNTERS_NUMBER + COUNTERS_CELLS];
    struct name_servers servers;
    struct worst_lookups worst;
};

struct page {
    uint64_t layout;
    struct slot slots[COUNTERS_SLOTS];
    uint64_t words[COUNTERS_WORDS];
};

static struct slot alone;
static struct page unshared;
static struct page *page = &unshared;
static struct slot *own = &alone;
uint64_t *counters_own = alone.numbers;

/* Another version of the program counts other things. */
static uint64_t layout(void)
{
    uint64_t hash = sizeof(struct page);

    for (size_t i = 0; i < COUNTERS_NUMBER; i++)
        hash =
            XXH3_64bits_withSeed(counter_rows[i].name, strlen(counter_rows[i].name), hash);
    return hash;
}

/* Children share it, and so does any process that has `fd`, unless that is -1. */
static struct page *map(int fd)
{
    void *at = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE,
                    MAP_SHARED | (fd == -1 ? MAP_ANONYMOUS : 0), fd, 0);

    return at == MAP_FAILED ? NULL : at;
}

static bool fits(int fd)
{
    struct stat file;

    if (fd == -1 || fstat(fd, &file) == -1 || file.st_size != sizeof(struct page))
        return false;
    page = map(fd);
    if (page && page->layout == layout())
        return true;
    if (page)
        munmap(page, sizeof *page);
    page = NULL;
    return false;
}

static int make(void)
{
    int fd = memfd_create("hostdnsd-counters", MFD_CLOEXEC), saved;

    if (fd != -1 && ftruncate(fd, sizeof(struct page)) == 0 && (page = map(fd))) {
        page->layout = layout();
        return fd;
    }
    saved = errno;
    if (fd != -1)
        close(fd);
    page = map(-1);
    if (!page)
        page = &unshared;
    errno = saved;
    return -1;
}

int counters_open(int fd)
{
    if (fits(fd))
        return fd;
    if (fd != -1)
        close(fd);
    return make();
}

void counters_reset_gauges(unsigned slot)
{
    for (size_t i = 0; i < COUNTERS_NUMBER; i++)
        if (counter_rows[i].kind == COUNTER_GAUGE)
            page->slots[slot].numbers[i] = 0;
}

void counters_use(unsigned slot)
{
    own = &page->slots[slot];
    counters_own = own->numbers;
    counters_reset_gauges(slot);
}

int counters_reader(int fd)
{
    char path[32];

    if (fd == -1)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* mprotect() cannot make memory writable that was mapped with a descriptor for reading. */
void counters_read_only(int reader)
{
    own = &alone;
    counters_own = own->numbers;
    if (page == &unshared)
        return;
    if (reader == -1 || mmap(page, sizeof *page, PROT_READ, MAP_SHARED | MAP_FIXED, reader,
                             0) == MAP_FAILED)
        mprotect(page, sizeof *page, PROT_READ);
    if (reader != -1)
        close(reader);
}

static uint64_t sum_at(unsigned place)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < COUNTERS_SLOTS; i++)
        sum += __atomic_load_n(&page->slots[i].numbers[place], __ATOMIC_RELAXED);
    return sum;
}

uint64_t counters_questions(enum counter transport, enum counter type, enum counter outcome)
{
    return sum_at(counters_cell(transport, type, outcome));
}

uint64_t counters_lookups(enum counter result, enum counter time)
{
    return sum_at(counters_lookup_cell(result, time));
}

/* The sum of the cells that belong to a row. */
static uint64_t sum_of_questions(enum counter row)
{
    uint64_t sum = 0;

    for (enum counter transport = 0; transport < COUNT_TYPE_OTHER; transport++)
        for (enum counter type = COUNT_TYPE_OTHER; type < COUNT_ANSWER_RECORDS; type++)
            for (enum counter outcome = COUNT_ANSWER_RECORDS;
                 outcome < COUNT_DROPPED_MALFORMED; outcome++)
                if (row == transport || row == type || row == outcome)
                    sum += counters_questions(transport, type, outcome);
    return sum;
}

/* The same for lookups; a result is not the sum of its times, but of how many there are. */
static uint64_t sum_of_lookups(enum counter row)
{
    uint64_t sum = 0;

    for (enum counter result = COUNT_DNS_RECORDS; result < COUNT_LOOKUP_US_125; result++)
        for (enum counter time = COUNT_LOOKUP_US_125; time <= COUNT_LOOKUP_TIME; time++)
            if (row == time || (row == result && time != COUNT_LOOKUP_TIME))
                sum += counters_lookups(result, time);
    return sum;
}

uint64_t counters_sum(enum counter counter)
{
    if (counter < COUNT_DROPPED_MALFORMED)
        return sum_of_questions(counter);
    if (counter >= COUNT_DNS_RECORDS && counter <= COUNT_LOOKUP_TIME)
        return sum_of_lookups(counter);
    return sum_at(counter);
}

struct worst_lookups *counters_worst(void)
{
    return &own->worst;
}

const struct worst_lookups *counters_worst_of(unsigned slot)
{
    return &page->slots[slot].worst;
}

struct name_servers *counters_name_servers(void)
{
    return &own->servers;
}

const struct name_servers *counters_name_servers_of(unsigned slot)
{
    return &page->slots[slot].servers;
}

uint64_t *counters_words(void)
{
    return page->words;
}
