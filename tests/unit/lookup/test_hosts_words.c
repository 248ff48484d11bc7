/* What the hosts file does not mention, for certain. */
#include "lab_lookup.h"

#include "../turn.h"
#include "lookup/hosts_words.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#define ABSENT  HOSTS_WORDS_ABSENT
#define ABOVE   HOSTS_WORDS_ABOVE
#define PERHAPS HOSTS_WORDS_PERHAPS
#define UNKNOWN HOSTS_WORDS_UNKNOWN

static void wait_a_moment(long ms)
{
    nanosleep(&(struct timespec){0, ms * 1000000}, NULL);
}

/* Reads the file, as soon as it has rested. */
static void learn(void)
{
    while (hosts_words_name("x") == UNKNOWN) {
        wait_a_moment(5);
        hosts_words_read();
    }
}

static void learn_of(const char *text, size_t len)
{
    need_lab();
    lab_keep("/etc/hosts");
    lab_put("/etc/hosts", text, len);
    learn();
}

#define LEARN(text) learn_of(text, sizeof(text) - 1)

static enum hosts_words address(const char *text)
{
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    uint8_t octets[16];

    assert_int_equal(inet_pton(family, text, octets), 1);
    return hosts_words_address(octets, family == AF_INET ? 4 : 16);
}

TEST_WITH(lab, words_may_be_names)
{
    LEARN("10.0.0.1 canon.lab\talias\n\n  2001:db8::1 six.lab\n");
    assert_int_equal(hosts_words_name("canon.lab"), PERHAPS);
    assert_int_equal(hosts_words_dotted("canon.lab"), ABSENT);
    assert_int_equal(hosts_words_name("alias"), PERHAPS);
    assert_int_equal(hosts_words_name("six.lab"), PERHAPS);
    assert_int_equal(hosts_words_name("canon"), ABSENT);
    assert_int_equal(hosts_words_name("alias.lab"), ABSENT);
    assert_int_equal(hosts_words_name("anon.lab"), ABSENT);
    assert_int_equal(hosts_words_name("canon.la"), ABSENT);
}

TEST_WITH(lab, letter_case_does_not_matter_but_for_ascii)
{
    LEARN("10.0.0.1 Canon.LAB b\xc3\xbc"
          "cher.lab\n");
    assert_int_equal(hosts_words_name("cANON.lab"), PERHAPS);
    assert_int_equal(hosts_words_name("B\xc3\xbc"
                                      "CHER.lab"),
                     PERHAPS);
    assert_int_equal(hosts_words_name("b\xc3\x9c"
                                      "cher.lab"),
                     ABSENT);
}

TEST_WITH(lab, a_final_dot_does_not_matter)
{
    LEARN("10.0.0.1 box.tailnet.lab. two.dots..\n");
    assert_int_equal(hosts_words_name("box.tailnet.lab"), PERHAPS);
    assert_int_equal(hosts_words_name("tailnet.lab"), ABOVE);
    assert_int_equal(hosts_words_dotted("BOX.tailnet.lab"), PERHAPS);
    assert_int_equal(hosts_words_dotted("tailnet.lab"), ABSENT);
    assert_int_equal(hosts_words_name("two.dots"), ABSENT);
}

TEST_WITH(lab, names_above_words_are_told_apart)
{
    LEARN("10.0.0.1 a.b.c.lab c.lab\n");
    assert_int_equal(hosts_words_name("b.c.lab"), ABOVE);
    assert_int_equal(hosts_words_name("B.C.Lab"), ABOVE);
    assert_int_equal(hosts_words_name("c.lab"), PERHAPS);
    assert_int_equal(hosts_words_name("lab"), ABOVE);
    assert_int_equal(hosts_words_name("x.b.c.lab"), ABSENT);
    assert_int_equal(hosts_words_name("a.b.c"), ABSENT);
}

TEST_WITH(lab, a_name_that_is_an_address_needs_its_final_dot)
{
    LEARN("10.0.0.1 10.0.0.2 10.0.0.3.\n");
    assert_int_equal(hosts_words_name("10.0.0.2"), ABSENT);
    assert_int_equal(hosts_words_name("10.0.0.3"), PERHAPS);
    assert_int_equal(address("10.0.0.2"), PERHAPS);
}

/* libc reads none of these as a name; to take them for words costs but a call of libc. */
TEST_WITH(lab, words_count_wherever_they_stand)
{
    LEARN("# 10.0.0.1 comment\nno.address name\n10.0.0.2 before#behind more\n");
    assert_int_equal(hosts_words_name("comment"), PERHAPS);
    assert_int_equal(hosts_words_name("name"), PERHAPS);
    assert_int_equal(hosts_words_name("before"), PERHAPS);
    assert_int_equal(hosts_words_name("behind"), PERHAPS);
    assert_int_equal(hosts_words_name("more"), PERHAPS);
}

TEST_WITH(lab, all_blanks_of_libc_end_a_word)
{
    LEARN("10.0.0.1 a\tb\vc\fd\re\r\n10.0.0.2\tf\0g h\n\xef\xbb\xbf"
          "10.0.0.3 last");
    for (const char *name = "abcdefgh"; *name; name++)
        assert_int_equal(hosts_words_name((char[]){*name, '\0'}), PERHAPS);
    assert_int_equal(hosts_words_name("last"), PERHAPS);
    assert_int_equal(hosts_words_name("i"), ABSENT);
}

TEST_WITH(lab, other_octets_are_part_of_a_word)
{
    LEARN("10.0.0.1 a\xa0"
          "b c\x1f"
          "d e\x85"
          "f g\\h\n");
    assert_int_equal(hosts_words_name("a\xa0"
                                      "b"),
                     PERHAPS);
    assert_int_equal(hosts_words_name("c\x1f"
                                      "d"),
                     PERHAPS);
    assert_int_equal(hosts_words_name("e\x85"
                                      "f"),
                     PERHAPS);
    assert_int_equal(hosts_words_name("a"), ABSENT);
    assert_int_equal(hosts_words_name("d"), ABSENT);
}

TEST_WITH(lab, an_empty_file_mentions_nothing)
{
    LEARN("");
    assert_int_equal(hosts_words_name("localhost"), ABSENT);
    assert_int_equal(address("127.0.0.1"), ABSENT);
}

TEST_WITH(lab, an_address_is_known_in_any_spelling)
{
    LEARN("10.0.0.1 a\n2001:DB8:0:0::1 b\nx 10.0.0.2\n# 10.0.0.3\n::ffff:10.0.0.4 c\n"
          "fe80::1%lo d\n");
    assert_int_equal(address("10.0.0.1"), PERHAPS);
    assert_int_equal(address("2001:db8::1"), PERHAPS);
    assert_int_equal(address("10.0.0.2"), PERHAPS);
    assert_int_equal(address("10.0.0.3"), PERHAPS);
    assert_int_equal(address("10.0.0.4"), PERHAPS);
    assert_int_equal(address("::ffff:10.0.0.1"), PERHAPS);
    assert_int_equal(address("fe80::1"), PERHAPS);
    assert_int_equal(address("10.0.0.5"), ABSENT);
    assert_int_equal(address("2001:db8::2"), ABSENT);
    assert_int_equal(address("127.0.0.1"), ABSENT);
}

/* To libc "::1" is 127.0.0.1 as well. */
TEST_WITH(lab, the_loopback_address_is_one_of_ipv4_too)
{
    LEARN("::1 localhost\n");
    assert_int_equal(address("::1"), PERHAPS);
    assert_int_equal(address("127.0.0.1"), PERHAPS);
}

TEST_WITH(lab, the_longest_name_and_longer_words)
{
    char name[NAME_TEXT], hosts[1024];
    int len;

    memset(name, 'a', sizeof name);
    for (size_t i = 50; i < sizeof name - 1; i += 50)
        name[i] = '.';
    name[sizeof name - 1] = '\0';
    len = snprintf(hosts, sizeof hosts, "10.0.0.1 %s. b%s%s tail\n", name, name, name);
    learn_of(hosts, (size_t)len);
    assert_int_equal(hosts_words_name(name), PERHAPS);
    assert_int_equal(hosts_words_name(name + 51), ABOVE);
    assert_int_equal(hosts_words_name("tail"), PERHAPS);
    assert_int_equal(hosts_words_name(name + 1), ABSENT);
}

/* Words across the places at which the file is read piece by piece. */
TEST_WITH(lab, a_long_file_is_known_word_by_word)
{
    size_t room = 50000 * 40, len = 0;
    char *text = malloc(room), name[40];

    assert_non_null(text);
    for (int i = 0; i < 50000; i++)
        len +=
            (size_t)sprintf(text + len, "10.1.%d.%d n%d.many.lab\n", i / 200, i % 200, i);
    learn_of(text, len);
    free(text);
    for (int i = 0; i < 60000; i++) {
        snprintf(name, sizeof name, "n%d.many.lab", i);
        assert_int_equal(hosts_words_name(name), i < 50000 ? PERHAPS : ABSENT);
    }
    assert_int_equal(address("10.1.249.199"), PERHAPS);
    assert_int_equal(address("10.1.250.0"), ABSENT);
    assert_true(hosts_words_size().octets <= 16 * hosts_words_size().words);
}

TEST_WITH(lab, a_line_of_1_mib_is_one_of_words)
{
    enum { LONG = 1 << 20 };
    char *text = malloc(LONG + 64);
    size_t len = (size_t)sprintf(text, "10.0.0.1 first ");

    memset(text + len, 'x', LONG);
    len += LONG;
    len += (size_t)sprintf(text + len, " last\n10.0.0.2 next\n");
    learn_of(text, len);
    free(text);
    assert_int_equal(hosts_words_name("first"), PERHAPS);
    assert_int_equal(hosts_words_name("last"), PERHAPS);
    assert_int_equal(hosts_words_name("next"), PERHAPS);
    assert_int_equal(hosts_words_name("xxx"), ABSENT);
}

TEST_WITH(lab, after_an_edit_nothing_is_told_until_the_file_has_been_read)
{
    LEARN("10.0.0.1 before\n");
    etc_write("hosts", "10.0.0.1 after\n");
    assert_int_equal(hosts_words_name("before"), UNKNOWN);
    assert_int_equal(hosts_words_name("after"), UNKNOWN);
    learn();
    assert_int_equal(hosts_words_name("before"), ABSENT);
    assert_int_equal(hosts_words_name("after"), PERHAPS);
}

TEST_WITH(lab, a_file_that_has_just_changed_is_not_read)
{
    struct timespec now, then;
    struct stat file;

    LEARN("10.0.0.1 before\n");
    etc_write("hosts", "10.0.0.1 after\n");
    assert_int_equal(stat("/etc/hosts", &file), 0);
    hosts_words_read();
    clock_gettime(CLOCK_REALTIME, &now);
    then = file.st_ctim;
    if ((now.tv_sec - then.tv_sec) * 1000 + (now.tv_nsec - then.tv_nsec) / 1000000 < 100)
        assert_int_equal(hosts_words_name("after"), UNKNOWN);
}

TEST_WITH(lab, a_file_of_the_future_is_never_believed)
{
    LEARN("10.0.0.1 before\n");
    etc_write("hosts", "10.0.0.1 after\n");
    assert_int_equal(utimensat(AT_FDCWD, "/etc/hosts",
                               (struct timespec[]){{4000000000, 0}, {4000000000, 0}}, 0),
                     0);
    wait_a_moment(150);
    hosts_words_read();
    assert_int_equal(hosts_words_name("after"), UNKNOWN);
}

static bool has_ended, is_read_again;

static void refresh_again(void *work)
{
    has_ended = true;
    is_read_again = hosts_words_refresh(work, refresh_again, work);
}

/* On a busy host the loop may hear of it later than the pause before the next try. Then
 * those who wait would wait for ever. */
TEST_WITH(lab, who_has_waited_for_a_file_that_is_not_believed_does_not_wait_again)
{
    static char text[8192];
    struct loop *loop = loop_new();
    struct work *work = work_new(loop, 1);

    need_lab();
    memset(text, '#', sizeof text - 1);
    etc_write("hosts", text);
    assert_int_equal(utimensat(AT_FDCWD, "/etc/hosts",
                               (struct timespec[]){{4000000000, 0}, {4000000000, 0}}, 0),
                     0);
    while (!hosts_words_refresh(work, refresh_again, work))
        wait_a_moment(5); /* a try of a former case may be too recent */
    while (work_state(work).busy > 0 || work_state(work).queued > 0)
        wait_a_moment(1);
    wait_a_moment(100);
    while (!has_ended)
        turn(loop);
    assert_false(is_read_again);
}

TEST_WITH(lab, without_a_file_nothing_is_told)
{
    LEARN("10.0.0.1 before\n");
    assert_int_equal(rename("/etc/hosts", "/etc/hosts.away"), 0);
    hosts_words_read();
    assert_int_equal(hosts_words_name("before"), UNKNOWN);
    assert_int_equal(address("10.0.0.1"), UNKNOWN);
    assert_int_equal(rename("/etc/hosts.away", "/etc/hosts"), 0);
}

TEST_WITH(lab, what_is_no_name_is_not_known)
{
    char name[400];

    LEARN("10.0.0.1 name\n");
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(hosts_words_name(""), UNKNOWN);
    assert_int_equal(hosts_words_name(name), UNKNOWN);
}

/*
 * Somebody edits the file without end, in every way there is, and mostly before it could
 * have rested; each time the name comes or goes. Whatever is said while no edit is under
 * way must be true of the file as it is then, and what getaddrinfo() finds must not be
 * absent.
 */
enum { EDITS = 400 };

static atomic_uint
    edits; /* odd while one is under way; its second bit: the name is there */
static atomic_bool is_over;

static const char *text_of(unsigned edit)
{
    return edit & 1 ? "10.0.0.1 here.lab\n" : "10.0.0.1 gone.lab\n";
}

static void put_file(const char *path, const char *text, int flags)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

    if (fd == -1 || write(fd, text, strlen(text)) == -1)
        abort();
    close(fd);
}

static void swap_link(const char *text, unsigned edit)
{
    const char *target = edit & 2 ? "/etc/hosts.a" : "/etc/hosts.b";

    put_file(target, text, O_TRUNC);
    unlink("/etc/hosts.new");
    if (symlink(target, "/etc/hosts.new") == -1 ||
        rename("/etc/hosts.new", "/etc/hosts") == -1)
        abort();
}

static void do_edit(unsigned edit)
{
    const char *text = text_of(edit);

    switch (edit / 2 % 5) {
    case 0:
        put_file("/etc/hosts", text, 0); /* as long as before: only the time changes */
        break;
    case 1:
        put_file("/etc/hosts", text, O_TRUNC);
        break;
    case 2:
        put_file("/etc/hosts.new", text, O_TRUNC);
        if (rename("/etc/hosts.new", "/etc/hosts") == -1)
            abort();
        break;
    case 3:
        swap_link(text, edit);
        break;
    default:
        put_file("/etc/hosts.over", text, O_TRUNC);
        while (umount2("/etc/hosts", MNT_DETACH) == 0)
            continue;
        if (mount("/etc/hosts.over", "/etc/hosts", NULL, MS_BIND, NULL) == -1)
            put_file("/etc/hosts", text, O_TRUNC);
    }
}

static void *edit_on(void *unused)
{
    static const long pauses[] = {0, 1, 5, 0, 20, 0, 130, 2, 0, 110};

    for (unsigned edit = 0; edit < EDITS; edit++) {
        atomic_fetch_add(&edits, 1);
        if (edit / 2 % 5 != 4)
            while (umount2("/etc/hosts", MNT_DETACH) == 0)
                continue;
        do_edit(edit);
        atomic_fetch_add(&edits, 1);
        wait_a_moment(pauses[edit * 7 % 10] * (edit % 3 == 0));
    }
    is_over = true;
    return unused;
}

static bool libc_finds(const char *name)
{
    struct addrinfo *found = NULL,
                    hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    int code = getaddrinfo(name, NULL, &hints, &found);

    if (code == 0)
        freeaddrinfo(found);
    return code == 0;
}

TEST_WITH(lab, no_edit_ever_hides_a_name)
{
    unsigned told = 0, before;
    pthread_t writer;

    etc_write("hosts", "10.0.0.1 gone.lab\n");
    etc_write("nsswitch.conf", "hosts: files\n");
    is_over = false;
    edits = 0;
    assert_int_equal(pthread_create(&writer, NULL, edit_on, NULL), 0);
    while (!is_over) {
        const char *there;
        enum hosts_words said;
        bool found;

        hosts_words_read();
        before = atomic_load(&edits);
        there =
            before / 2 % 2 == 0 ? "here.lab" : "gone.lab"; /* edits are counted from 1 */
        said = hosts_words_name(there);
        found = before % 3 == 0 && libc_finds(there);
        if (before % 2 == 1 || before == 0 || before != atomic_load(&edits))
            continue; /* an edit is, or was, under way */
        told += said != UNKNOWN;
        assert_true(said == UNKNOWN || said == PERHAPS);
        assert_true(before % 3 != 0 || found);
    }
    pthread_join(writer, NULL);
    while (umount2("/etc/hosts", MNT_DETACH) == 0)
        continue;
    unlink("/etc/hosts");
    assert_true(told > 0);
}
