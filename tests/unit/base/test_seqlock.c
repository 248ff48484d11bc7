#include "../check.h"

#include <signal.h>
#include <sys/mman.h>

#include "base/seqlock.h"

enum { PAGE = 65536, /* or several */ WORDS = 3 * PAGE / sizeof(uint32_t) };

struct shared {
    struct seqlock lock;
    uint32_t words[WORDS];
};

static struct shared *shared;

static void map(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                  -1, 0);
    assert_true(shared != MAP_FAILED);
}

static void unmap(void)
{
    munmap(shared, sizeof *shared);
}

FIXTURE(seqlock, map, unmap);

static bool is_read(uint32_t *words)
{
    return seqlock_read(&shared->lock, words, shared->words, sizeof shared->words);
}

TEST_WITH(seqlock, zeroed_memory_is_read_as_it_is)
{
    static uint32_t words[WORDS] = {1};

    assert_true(is_read(words));
    assert_int_equal(words[0], 0);
}

TEST_WITH(seqlock, nothing_is_read_while_it_is_written)
{
    static uint32_t words[WORDS];

    seqlock_write_begin(&shared->lock);
    assert_false(is_read(words));
    shared->words[WORDS - 1] = 7;
    seqlock_write_end(&shared->lock);
    assert_true(is_read(words));
    assert_int_equal(words[WORDS - 1], 7);
}

TEST_WITH(seqlock, the_next_writer_ends_what_a_dead_one_has_begun)
{
    static uint32_t words[WORDS];

    seqlock_write_begin(&shared->lock); /* it dies here */
    seqlock_write_begin(&shared->lock);
    assert_false(is_read(words));
    seqlock_write_end(&shared->lock);
    assert_true(is_read(words));
}

static void write_all(uint32_t word)
{
    seqlock_write_begin(&shared->lock);
    for (int i = 0; i < WORDS; i++)
        shared->words[i] = word;
    seqlock_write_end(&shared->lock);
}

static void protect(int protection)
{
    mprotect((char *)shared + PAGE, PAGE, protection);
}

static void write_meanwhile(int signal)
{
    (void)signal;
    protect(PROT_READ | PROT_WRITE);
    write_all(2);
}

/* The reader stumbles over the second page, and is not on its way again before a writer has
 * written. */
TEST_WITH(seqlock, what_is_read_is_of_one_piece)
{
    const struct sigaction stumble = {.sa_handler = write_meanwhile};
    struct sigaction before;
    static uint32_t words[WORDS];

    write_all(1);
    sigaction(SIGSEGV, &stumble, &before);
    protect(PROT_NONE);
    assert_true(is_read(words));
    sigaction(SIGSEGV, &before, NULL);
    for (int i = 0; i < WORDS; i++)
        assert_int_equal(words[i], 2);
}
