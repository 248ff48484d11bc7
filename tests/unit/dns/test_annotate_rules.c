#include "../check.h"

#include "dns/annotate_rules.h"

TEST(a_type_has_rules)
{
    const struct annotate_rules *rules = annotate_rules_find(43);

    assert_string_equal(rules->source, "RFC 4034 5.1");
    assert_int_equal(ANNOTATE_KIND(&rules->items[1]), U8);
    assert_int_equal(ANNOTATE_NAMES(&rules->items[1]), NUMBERS_ALGORITHM);
    assert_int_equal(ANNOTATE_KIND(&rules->items[0]), U16);
    assert_int_equal(ANNOTATE_NAMES(&rules->items[0]), NUMBERS_NONE);
    assert_null(annotate_rules_find(65280));
    assert_null(annotate_rules_find(41));
}

TEST(rules_of_every_type_end)
{
    size_t known = 0;

    for (unsigned type = 0; type <= UINT16_MAX; type++) {
        const struct annotate_rules *rules = annotate_rules_find((uint16_t)type);

        known += rules != NULL;
        if (rules)
            assert_int_equal(ANNOTATE_KIND(&rules->items[ANNOTATE_ITEMS]), END);
    }
    assert_true(known > 50);
}
