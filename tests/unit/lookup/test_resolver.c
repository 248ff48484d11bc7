/*
 * Half of these are facts about libc that the code in lookup/ is built on, and that no
 * manual promises. One that fails means that this libc needs another look, not only another
 * number.
 */
#include "../in_child.h"
#include "lab_lookup.h"

#include "dns/transaction.h"
#include "lookup/resolver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static unsigned search_flags(void)
{
    return (unsigned)_res.options & (RES_DNSRCH | RES_DEFNAMES);
}

static const char *first_server(void)
{
    return inet_ntoa(_res.nsaddr_list[0].sin_addr);
}

/* The lab's name server stands in for the stub. */
static const struct addr *stub(void)
{
    static struct addr addr;

    assert_true(addr_parse(&addr, "127.0.0.2:53", 0));
    return &addr;
}

/* getaddrinfo's code for a name and a family. */
static int call_libc(const char *name, int family)
{
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int code;

    errno = h_errno = 0;
    code = getaddrinfo(name, NULL, &hints, &found);
    if (code == 0)
        freeaddrinfo(found);
    return code;
}

TEST_WITH(lab, the_search_list_is_off)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(search_flags(), 0);
    assert_string_equal(_res.dnsrch[0], "search.test");
}

TEST_WITH(lab, the_search_list_stays_off_when_prepared_again)
{
    need_lab();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(resolver_prepare(stub(), 0), 0);
        call_libc("a.example.test", AF_INET);
        assert_int_equal(search_flags(), 0);
    }
}

TEST_WITH(lab, the_stub_is_the_only_server)
{
    etc_write("resolv.conf", "nameserver ::1\nnameserver 127.0.0.3\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(_res.nscount, 1);
    assert_string_equal(first_server(), "127.0.0.2");
    assert_int_equal(call_libc("a.example.test", AF_INET), 0);
}

/* They are upstream's business: the libc stub speaks UDP without EDNS. */
TEST_WITH(lab, how_resolv_conf_wants_servers_to_be_asked_is_left_out)
{
    etc_write("resolv.conf",
              "nameserver 127.0.0.2\noptions edns0 rotate use-vc trust-ad\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(_res.options & (RES_USE_EDNS0 | RES_ROTATE | RES_USEVC | RES_TRUSTAD),
                     0);
}

/* It answers at once: what is lost is asked again before a client gives up. */
TEST_WITH(lab, the_stub_is_asked_twice_for_a_second_whatever_resolv_conf_says)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions timeout:9 attempts:5\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(_res.retrans, 1);
    assert_int_equal(_res.retry, 2);
}

/* A libc stub that is asked once: it says NXDOMAIN, and keeps the query. */
struct keeper {
    int fd;
    struct addr addr;
    uint8_t wire[512];
    ssize_t len;
};

static void *answer_once(void *context)
{
    struct keeper *keeper = context;
    struct addr from = {.len = sizeof from.sock};
    uint8_t reply[512];
    size_t len;

    keeper->len = recvfrom(keeper->fd, keeper->wire, sizeof keeper->wire, 0, &from.sock.any,
                           &from.len);
    len = transaction_make_reply(keeper->wire, (size_t)keeper->len, RCODE_NXDOMAIN, reply,
                                 sizeof reply);
    sendto(keeper->fd, reply, len, 0, &from.sock.any, from.len);
    return NULL;
}

static void keeper_open(struct keeper *keeper)
{
    struct addr *addr = &keeper->addr;

    assert_true(addr_parse(addr, "127.0.0.1", 0));
    keeper->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(keeper->fd, &addr->sock.any, addr->len), 0);
    assert_int_equal(getsockname(keeper->fd, &addr->sock.any, &addr->len), 0);
}

/* Asks for host.test A with these flags; the question as it comes to the stub. */
static struct question asked_with(unsigned flags, bool *recursion)
{
    struct question question;
    struct keeper keeper;
    uint8_t reply[512];
    pthread_t thread;

    keeper_open(&keeper);
    assert_int_equal(pthread_create(&thread, NULL, answer_once, &keeper), 0);
    assert_int_equal(resolver_prepare(&keeper.addr, flags), 0);
    res_nquery(&_res, "host.test", C_IN, T_A, reply, sizeof reply);
    pthread_join(thread, NULL);
    close(keeper.fd);
    assert_true(keeper.len > 0);
    assert_true(transaction_read_query(keeper.wire, (size_t)keeper.len, &question));
    *recursion = wire_flags(keeper.wire) & WIRE_RD;
    return question;
}

TEST_WITH(lab, libc_tells_the_stub_whom_it_speaks_for)
{
    bool recursion;

    need_lab();
    for (uint8_t flags = 0; flags < 4; flags++) {
        assert_int_equal(asked_with(flags, &recursion).flags, flags);
        assert_true(recursion);
    }
    asked_with(RESOLVER_PROBE, &recursion);
    assert_false(recursion);
}

TEST_WITH(lab, a_changed_resolv_conf_is_seen)
{
    etc_write("resolv.conf", "search one.test\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    etc_write("resolv.conf", "search two.test\n"); /* of the same size */
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_string_equal(_res.dnsrch[0], "two.test");
}

TEST_WITH(lab, what_resolv_conf_wants_of_names_is_kept)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\noptions no-aaaa\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(call_libc("both.example.test", AF_INET6), EAI_NODATA);
}

TEST_WITH(lab, without_a_stub_there_is_no_server)
{
    need_lab();
    assert_int_equal(resolver_prepare(NULL, 0), 0);
    assert_int_equal(_res.nscount, 0);
}

TEST_WITH(lab, no_server_lasts_until_prepared_again)
{
    need_lab();
    assert_int_equal(resolver_prepare(NULL, 0), 0);
    assert_int_equal(call_libc("a.example.test", AF_INET), EAI_AGAIN);
    assert_int_equal(call_libc("a.example.test", AF_INET), EAI_AGAIN);
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(call_libc("a.example.test", AF_INET), 0);
}

TEST(the_environment_cannot_change_lookups)
{
    static const char *const names[] = {
        "HOSTALIASES",
        "LOCALDOMAIN",
        "RES_OPTIONS",
        "RESOLV_MULTI",
        "GETCONF_DIR",
        "RESOLV_HOST_CONF",
        "RESOLV_SPOOF_CHECK",
        "RESOLV_REORDER",
        "RESOLV_ADD_TRIM_DOMAINS",
        "RESOLV_OVERRIDE_TRIM_DOMAINS",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        setenv(names[i], "/nowhere", 1);
    resolver_clean_environment();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_null(getenv(names[i]));
}

/* Why HOSTALIASES is taken out: the flags do not keep it from being used. */
TEST_WITH(lab, libc_uses_hostaliases_whatever_the_flags)
{
    const char *path = "/etc/lab/aliases";

    need_lab();
    lab_put(path, "single a.example.test\n", strlen("single a.example.test\n"));
    setenv("HOSTALIASES", path, 1);
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(call_libc("single", AF_INET6),
                     EAI_NODATA); /* a.example.test has A only */
    resolver_clean_environment();
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    assert_int_equal(call_libc("single", AF_INET), 0);
}

static void *prepare_and_look_at_descriptor_0(void *open)
{
    if (resolver_prepare(stub(), 0) == 0 && resolver_prepare(NULL, 0) == 0)
        *(bool *)open = fcntl(STDIN_FILENO, F_GETFD) != -1;
    return NULL;
}

TEST(a_fresh_thread_does_not_close_descriptor_0)
{
    bool open = false;
    pthread_t thread;

    assert_int_not_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
    assert_int_equal(pthread_create(&thread, NULL, prepare_and_look_at_descriptor_0, &open),
                     0);
    pthread_join(thread, NULL);
    assert_true(open);
}

TEST_WITH(lab, prepare_leaves_no_descriptor_open)
{
    int before, after;

    need_lab();
    assert_int_equal(resolver_prepare(stub(), 0), 0);
    call_libc("a.example.test", AF_UNSPEC);
    before = dup(STDIN_FILENO); /* the lowest number that is free */
    close(before);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(resolver_prepare(stub(), 0), 0);
        call_libc("a.example.test", AF_UNSPEC);
    }
    after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
}

static int close_a_virgin_state(void)
{
    struct __res_state state = {0};

    res_nclose(&state);
    return fcntl(STDIN_FILENO, F_GETFD) == -1;
}

/* Why resolver_prepare looks at RES_INIT first. */
TEST(libc_closes_descriptor_0_with_a_state_never_initialised)
{
    assert_int_equal(in_child(close_a_virgin_state), 1);
}

static int search_list_after_a_second_init(void)
{
    struct addrinfo *found;

    if (res_init() == -1)
        return 1;
    _res.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
    if (res_init() == -1)
        return 2;
    _res.options &= ~(unsigned long)(RES_DNSRCH | RES_DEFNAMES);
    return getaddrinfo("nosuch.nowhere", NULL, NULL, &found) == 0 && search_flags() != 0
               ? 42
               : 3;
}

/* Why resolver_prepare does not use res_init(). */
TEST_WITH(lab, libc_brings_the_search_list_back_after_a_second_res_init)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\nsearch search.test\n");
    assert_int_equal(in_child(search_list_after_a_second_init), 42);
}

static int reload_of_a_changed_state(void)
{
    if (resolver_prepare(stub(), 0) == -1 || call_libc("a.example.test", AF_INET) != 0)
        return 1;
    lab_put("/etc/resolv.conf", "nameserver 127.0.0.9\n", strlen("nameserver 127.0.0.9\n"));
    return call_libc("a.example.test", AF_INET) == 0 ? 42 : 2;
}

/* Why the state is made anew before each lookup. */
TEST_WITH(lab, libc_does_not_reload_a_state_that_was_changed)
{
    etc_write("resolv.conf", "nameserver 127.0.0.2\n");
    assert_int_equal(in_child(reload_of_a_changed_state), 42);
}

/* From now on an Internet socket ends the process. Others may be: nscd has one of AF_UNIX.
 */
static bool forbid_internet_sockets(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int guarded(const struct addr *servers, int family)
{
    int code;

    if (!forbid_internet_sockets() || resolver_prepare(servers, 0) == -1)
        return 1;
    code = call_libc("unknown.lab", family);
    return code == EAI_AGAIN && h_errno == TRY_AGAIN && errno == EAGAIN ? 42 : 2;
}

static int probe_both_families(void)
{
    return guarded(NULL, AF_UNSPEC);
}

static int probe_one_family(void)
{
    return guarded(NULL, AF_INET);
}

static int probe_an_address(void)
{
    const struct in_addr address = {htonl(0xc0000201)};
    struct hostent entry, *found = NULL;
    char buffer[1024];
    int error = 0;

    if (!forbid_internet_sockets() || resolver_prepare(NULL, 0) == -1)
        return 1;
    gethostbyaddr_r(&address, sizeof address, AF_INET, &entry, buffer, sizeof buffer,
                    &found, &error);
    return !found && error == TRY_AGAIN ? 42 : 2;
}

static int ask_the_servers(void)
{
    return guarded(stub(), AF_UNSPEC);
}

/* The next three stand on this one: the guard does see a socket. */
TEST_WITH(lab, libc_opens_a_socket_to_ask_a_server)
{
    need_lab();
    assert_int_equal(in_child(ask_the_servers), 200 + SIGSYS);
}

TEST_WITH(lab, libc_without_servers_says_eai_again_without_a_socket)
{
    need_lab();
    assert_int_equal(in_child(probe_both_families), 42);
}

TEST_WITH(lab, libc_without_servers_says_so_of_one_family_too)
{
    need_lab();
    assert_int_equal(in_child(probe_one_family), 42);
}

TEST_WITH(lab, libc_without_servers_says_try_again_of_addresses)
{
    need_lab();
    assert_int_equal(in_child(probe_an_address), 42);
}

TEST_WITH(lab, libc_is_not_asked_where_it_would_abort)
{
    char text[512];

    need_lab();
    snprintf(text, sizeof text, "nameserver 127.0.0.2\nsearch %0300d\n", 0);
    etc_write("resolv.conf", text);
    assert_int_equal(resolver_prepare(stub(), 0), -1);
    etc_write("resolv.conf", "nameserver 127.0.0.2\n");
    assert_int_equal(resolver_prepare(stub(), 0), 0);
}
