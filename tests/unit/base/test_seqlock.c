#include "../check.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include "base/seqlock.h"

enum { WORDS = 64, ROUNDS = 20000 };

/* In memory that a child shares. */
static struct shared {
    uint32_t version;
    uint32_t words[WORDS];
} * shared;

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
    return seqlock_read(&shared->version, words, shared->words, sizeof shared->words);
}

TEST_WITH(seqlock, zeroed_memory_is_read_as_it_is)
{
    uint32_t words[WORDS] = {1};

    assert_true(is_read(words));
    assert_int_equal(words[0], 0);
}

TEST_WITH(seqlock, nothing_is_read_while_it_is_written)
{
    uint32_t words[WORDS];

    seqlock_write_begin(&shared->version);
    assert_false(is_read(words));
    shared->words[WORDS - 1] = 7;
    seqlock_write_end(&shared->version);
    assert_true(is_read(words));
    assert_int_equal(words[WORDS - 1], 7);
}

TEST_WITH(seqlock, the_next_writer_ends_what_a_dead_one_has_begun)
{
    uint32_t words[WORDS];

    seqlock_write_begin(&shared->version); /* it dies here */
    seqlock_write_begin(&shared->version);
    assert_false(is_read(words));
    seqlock_write_end(&shared->version);
    assert_true(is_read(words));
}

static void write_all(uint32_t word)
{
    seqlock_write_begin(&shared->version);
    for (int i = 0; i < WORDS; i++)
        shared->words[i] = word;
    seqlock_write_end(&shared->version);
}

TEST_WITH(seqlock, what_is_read_is_of_one_piece)
{
    uint32_t words[WORDS] = {0};
    pid_t writer = fork();

    assert_true(writer != -1);
    if (writer == 0) {
        for (uint32_t round = 1; round <= ROUNDS; round++)
            write_all(round);
        _exit(0);
    }
    do {
        if (is_read(words))
            for (int i = 1; i < WORDS; i++)
                assert_int_equal(words[i], words[0]);
        else
            words[0] = 0;
    } while (words[0] != ROUNDS);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
}
