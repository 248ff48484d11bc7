/* Lists of getaddrinfo(), as libc builds them of addresses in text. */
#include "../check.h"

#include "lookup/addrinfo.h"

#include <arpa/inet.h>

enum { LIST_MAX = 8 };

struct entry {
    struct addrinfo info;
    struct sockaddr_storage addr;
};

static void fill(struct entry *entry, const char *text)
{
    struct sockaddr_in ip4 = {.sin_family = AF_INET};
    struct sockaddr_in6 ip6 = {.sin6_family = AF_INET6};

    *entry = (struct entry){.info.ai_addr = (struct sockaddr *)&entry->addr};
    if (inet_pton(AF_INET, text, &ip4.sin_addr) == 1) {
        memcpy(&entry->addr, &ip4, sizeof ip4);
        entry->info.ai_family = AF_INET;
        return;
    }
    ip6.sin6_scope_id = *text == '%';
    assert_int_equal(inet_pton(AF_INET6, text + (*text == '%'), &ip6.sin6_addr), 1);
    memcpy(&entry->addr, &ip6, sizeof ip6);
    entry->info.ai_family = AF_INET6;
}

/* A list of the addresses in the text; "%" before one gives it a scope. */
static const struct addrinfo *list_of(struct entry entries[static LIST_MAX],
                                      const char *text)
{
    char copy[256], *rest = copy, *word;
    struct addrinfo *first = NULL, **link = &first;

    strcpy(copy, text);
    while ((word = strsep(&rest, " "))) {
        fill(entries, word);
        *link = &entries->info;
        link = &entries->info.ai_next;
        entries++;
    }
    return first;
}

/* The addresses of the family, each with a blank behind it. */
static const char *of_family(const char *list, int family)
{
    static char text[256];
    char one[INET6_ADDRSTRLEN];
    struct entry entries[LIST_MAX];
    struct addrinfo_walk walk = addrinfo_walk(list_of(entries, list), family);
    const void *address;

    text[0] = '\0';
    while ((address = addrinfo_walk_next(&walk))) {
        strcat(text, inet_ntop(family, address, one, sizeof one));
        strcat(text, " ");
    }
    assert_int_equal(addrinfo_has(walk.list, family), *text != '\0');
    return text;
}

static bool same(const char *a, const char *b)
{
    struct entry one[LIST_MAX], other[LIST_MAX];

    return addrinfo_same(list_of(one, a), list_of(other, b));
}

TEST(addresses_come_by_family_in_their_order)
{
    assert_string_equal(of_family("10.0.0.2 2001:db8::1 10.0.0.1", AF_INET),
                        "10.0.0.2 10.0.0.1 ");
    assert_string_equal(of_family("10.0.0.2 2001:db8::1 10.0.0.1", AF_INET6),
                        "2001:db8::1 ");
    assert_string_equal(of_family("10.0.0.2", AF_INET6), "");
}

TEST(each_comes_once)
{
    assert_string_equal(of_family("10.0.0.2 10.0.0.1 10.0.0.2", AF_INET),
                        "10.0.0.2 10.0.0.1 ");
    assert_string_equal(of_family("10.0.0.2 ::ffff:10.0.0.2", AF_INET), "10.0.0.2 ");
}

TEST(a_mapped_address_is_an_ipv4_address)
{
    assert_string_equal(of_family("::ffff:10.0.0.2", AF_INET), "10.0.0.2 ");
    assert_string_equal(of_family("::ffff:10.0.0.2", AF_INET6), "");
}

TEST(one_with_a_scope_is_left_out)
{
    assert_string_equal(of_family("%fe80::1 fe80::1", AF_INET6), "fe80::1 ");
    assert_string_equal(of_family("%fe80::1", AF_INET6), "");
}

TEST(lists_are_the_same_in_any_order)
{
    assert_true(same("10.0.0.1 10.0.0.2 2001:db8::1", "2001:db8::1 10.0.0.2 10.0.0.1"));
    assert_true(same("10.0.0.1 10.0.0.1", "10.0.0.1"));
    assert_true(same("::ffff:10.0.0.1", "10.0.0.1"));
    assert_true(same("10.0.0.1 %fe80::1", "10.0.0.1"));
}

TEST(lists_differ_in_either_family)
{
    assert_false(same("10.0.0.1", "10.0.0.2"));
    assert_false(same("10.0.0.1", "10.0.0.1 10.0.0.2"));
    assert_false(same("10.0.0.1 10.0.0.2", "10.0.0.1"));
    assert_false(same("10.0.0.1 2001:db8::1", "10.0.0.1"));
    assert_false(same("10.0.0.1", "10.0.0.1 2001:db8::1"));
}
