#include "../check.h"

#include "base/arena.h"

static struct arena arena;

static void clear(void)
{
    arena_free(&arena);
}

FIXTURE(arena, NULL, clear);

/* Octets that nothing else may write to. */
static uint8_t *take(size_t size)
{
    uint8_t *memory = arena_take(&arena, size);

    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
    memset(memory, (int)(size & 0xff), size);
    return memory;
}

static void assert_kept(const uint8_t *memory, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(memory[i], size & 0xff);
}

TEST_WITH(arena, what_is_taken_stays)
{
    enum { PIECES = 5000 };
    static uint8_t *pieces[PIECES];

    for (size_t i = 0; i < PIECES; i++)
        pieces[i] = take(1 + i % 300);
    for (size_t i = 0; i < PIECES; i++)
        assert_kept(pieces[i], 1 + i % 300);
}

TEST_WITH(arena, a_piece_may_be_longer_than_a_chunk)
{
    uint8_t *before = take(10), *piece = take(300000), *behind = take(20);

    assert_kept(before, 10);
    assert_kept(piece, 300000);
    assert_kept(behind, 20);
}

TEST_WITH(arena, what_is_given_back_is_taken_again)
{
    uint8_t *first = take(600), *second;

    arena_trim(&arena, 600, 5);
    second = take(600);
    assert_true(second - first > 0 && second - first < 600);
    memset(first, 5, 5);
    assert_kept(first, 5);
    assert_kept(second, 600);
    arena_trim(&arena, 600, 0);
    assert_ptr_equal(take(1), second);
}

TEST_WITH(arena, it_may_be_used_again)
{
    take(100);
    arena_free(&arena);
    assert_null(arena.chunks);
    assert_kept(take(100), 100);
}
