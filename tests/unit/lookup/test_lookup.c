/* The lookup process as a whole: a real one, asked through its channel, in tests/lab. */
#include "lab_lookup.h"

#include "../servers.h"

#include "lookup/lookup.h"

#include <sys/wait.h>

/* A lookup process of its own, our ends of its channels, and what it says of the end. */
static struct process {
    pid_t pid;
    int questions, supervisor;
} process = {.questions = -1, .supervisor = -1};

static void process_fork(void)
{
    struct channel questions, supervisor;
    struct lookup_config config = lab_config;

    need_lab();
    assert_int_equal(channel_open(&questions), 0);
    assert_int_equal(channel_open(&supervisor), 0);
    process.pid = fork();
    if (process.pid == 0) {
        channel_close_end(&questions.left);
        channel_close_end(&supervisor.left);
        config.questions = &questions.right;
        config.question_count = 1;
        _exit(lookup_run(&config, supervisor.right) == 0 ? 42 : 1);
    }
    channel_close_end(&questions.right);
    channel_close_end(&supervisor.right);
    process.questions = questions.left;
    process.supervisor = supervisor.left;
}

static void process_start(void)
{
    enum control_message message;

    process_fork();
    assert_int_equal(channel_receive_control(process.supervisor, &message, NULL, NULL, NULL,
                                             CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
}

/* Its exit status. */
static int process_end(void)
{
    int status = 0;

    channel_close_end(&process.supervisor);
    assert_int_equal(waitpid(process.pid, &status, 0), process.pid);
    process.pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void tear_down(void)
{
    if (process.pid > 0)
        process_end();
    channel_close_end(&process.questions);
    lab_restore();
}

FIXTURE(process, process_start, tear_down);
FIXTURE(own_process, NULL, tear_down); /* for a test that starts it itself */

static void process_tell(const uint8_t *message, size_t len)
{
    static struct bundle bundle;

    assert_true(bundle_add(&bundle, message, len));
    assert_int_equal(bundle_send(&bundle, process.questions, CHANNEL_BLOCK), CHANNEL_DONE);
}

static void process_ask(uint64_t id, const char *name, const char *type)
{
    uint8_t message[512];
    struct question question = question_of(name, type);

    process_tell(message, message_put_question(id, &question, message, sizeof message));
}

/* The answer to a question, which must be the next to come. */
static const char *process_answer(uint64_t id, const char *name, const char *type)
{
    static struct bundle bundle;
    struct question question = question_of(name, type), about;
    struct way_endpoint server;
    const uint8_t *message;
    struct answer answer;
    uint64_t answered;
    size_t len;

    do { /* news for the cache may come first, that a question has been taken up, and which
            server is which */
        while (!bundle_next(&bundle, &message, &len) ||
               message_get_id(message, len, &answered) ||
               message_get_server(message, len, &answered, &server)) {
            if (bundle.read < bundle.len)
                continue;
            assert_int_equal(bundle_receive(&bundle, process.questions, CHANNEL_BLOCK),
                             CHANNEL_DONE);
        }
        assert_true(message_get_answer(message, len, &answered, &about, &answer));
    } while (answered & MESSAGE_UNSOLICITED);
    assert_true(answered == id);
    return answer_text(&question, &answer);
}

static const char *process_asked(uint64_t id, const char *name, const char *type)
{
    process_ask(id, name, type);
    return process_answer(id, name, type);
}

TEST_WITH(own_process, the_process_says_that_it_is_ready)
{
    enum control_message message;

    process_fork();
    assert_int_equal(channel_receive_control(process.supervisor, &message, NULL, NULL, NULL,
                                             CHANNEL_BLOCK),
                     CHANNEL_DONE);
    assert_int_equal(message, CONTROL_READY);
}

TEST_WITH(process, the_process_ends_well_when_its_supervisor_is_gone)
{
    assert_int_equal(process_end(), 42);
}

TEST_WITH(own_process, the_process_ends_though_a_lookup_hangs)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\n"); /* it never answers */
    process_start();
    process_ask(1, "hangs.example.test", "A");
    process_asked(2, "v4only.lab", "A");
    assert_int_equal(process_end(), 42);
}

TEST_WITH(process, the_process_answers_names_and_addresses)
{
    assert_string_equal(process_asked(7, "a.example.test", "A"),
                        "NOERROR\n"
                        "a.example.test. 60 A 192.0.2.1\n");
    assert_string_equal(process_asked(8, "4.0.0.10.in-addr.arpa", "PTR"),
                        "NOERROR\n"
                        "4.0.0.10.in-addr.arpa. 10 PTR v4only.lab.\n");
}

/* An answer may have been lost on its way to serve, which asks again with the same id. */
TEST_WITH(process, a_question_that_comes_again_is_answered_again)
{
    process_asked(7, "v4only.lab", "A");
    process_ask(7 | MESSAGE_AGAIN, "v4only.lab", "A");
    assert_string_equal(process_answer(7, "v4only.lab", "A"),
                        "NOERROR\n"
                        "v4only.lab. 10 A 10.0.0.4\n");
}

TEST_WITH(process, a_question_that_comes_again_while_it_is_under_way_is_answered_once)
{
    process_ask(7, "once.qslow1-slow1.fault.test", "A");
    process_ask(7 | MESSAGE_AGAIN, "once.qslow1-slow1.fault.test", "A");
    process_answer(7, "once.qslow1-slow1.fault.test", "A");
    process_asked(8, "a.example.test", "A");
}

TEST_WITH(own_process, the_process_answers_hosts_names_while_dns_hangs)
{
    etc_write("resolv.conf", "nameserver 127.0.0.3\n"); /* it never answers */
    process_start();
    for (uint64_t id = 1; id <= 50; id++)
        process_ask(id, "hangs.example.test", "A");
    assert_string_equal(process_asked(99, "v4only.lab", "A"),
                        "NOERROR\n"
                        "v4only.lab. 10 A 10.0.0.4\n");
}

/* HOSTALIASES would make "single" another name for a.example.test. */
TEST_WITH(own_process, the_process_does_not_heed_the_environment)
{
    static const char aliases[] = "single a.example.test\n";

    need_lab();
    lab_put("/etc/lab/aliases", aliases, strlen(aliases));
    setenv("HOSTALIASES", "/etc/lab/aliases", 1);
    process_start();
    unsetenv("HOSTALIASES");
    assert_string_equal(process_asked(1, "single", "A"), "NOERROR\n"
                                                         "single. 30 A 192.0.2.60\n");
}

TEST_WITH(process, the_process_gives_up_what_is_cancelled)
{
    uint8_t message[MESSAGE_ID_SIZE];
    int server = server_open("127.0.0.5", SOCK_DGRAM);
    struct got got;

    etc_write("resolv.conf", "nameserver 127.0.0.5\n");
    process_ask(1, "www.example", "A");
    got = server_asked(server);
    message_put_id(1, message);
    process_tell(message, sizeof message);
    assert_string_equal(process_asked(2, "v4only.lab", "A"),
                        "NOERROR\nv4only.lab. 10 A 10.0.0.4\n");
    server_reply(server, &got, REPLY_FLAGS, 1);
    assert_string_equal(process_asked(3, "localhost", "A"),
                        "NOERROR\nlocalhost. 10 A 127.0.0.1\n");
    close(server);
}

TEST_WITH(process, the_process_sees_a_changed_hosts_file)
{
    process_asked(1, "v4only.lab", "A");
    etc_write("hosts", "10.0.0.5 v4only.lab\n");
    assert_string_equal(process_asked(2, "v4only.lab", "A"), "NOERROR\n"
                                                             "v4only.lab. 10 A 10.0.0.5\n");
}

TEST_WITH(process, the_process_sees_a_changed_nsswitch_conf)
{
    process_asked(1, "v4only.lab", "A");
    etc_write("nsswitch.conf", "hosts: dns\n");
    assert_string_equal(process_asked(2, "v4only.lab", "A"),
                        "NXDOMAIN\n"
                        "authority . 30 SOA ns.lab. admin.lab. 1 3600 600 86400 30\n");
}
