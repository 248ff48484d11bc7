/* The sentences that findings lead to. */
#pragma once

#include "found.h"

static struct texts why_texts;

static inline void why_end(void)
{
    texts_free(&why_texts);
    found_end();
}

FIXTURE(why, NULL, why_end);

static inline void why_find(void (*rules)(const struct findings *, struct texts *))
{
    texts_free(&why_texts);
    rules(&found, &why_texts);
}

/* All of them are given; NULL behind the last one. */
static inline void why_assert(void (*rules)(const struct findings *, struct texts *),
                              const char *const *expected)
{
    size_t count = 0;

    why_find(rules);
    for (; expected[count]; count++) {
        assert_true(count < why_texts.count);
        assert_string_equal(why_texts.all[count], expected[count]);
    }
    if (why_texts.count > count)
        fail_msg("and: %s", why_texts.all[count]);
}

#define ASSERT_WHY(rules, ...) why_assert(rules, (const char *const[]){__VA_ARGS__, NULL})
