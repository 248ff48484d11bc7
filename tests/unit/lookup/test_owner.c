/* Which source of the hosts: line has known a name. */
#include "lab_lookup.h"

#include "lookup/owner.h"
#include "lookup/sources.h"

static char text[OWNER_TEXT];

static struct question question_for(const char *name)
{
    struct question question = {.type = TYPE_A};

    question.name_len = (uint8_t)name_from_text(name, question.name);
    assert_int_not_equal(question.name_len, 0);
    return question;
}

static enum answer_source owner(const char *line, bool in_files, const char *name)
{
    struct question question = question_for(name);

    return owner_in_line(line, in_files, &question, text);
}

TEST(the_only_source_before_dns_is_it)
{
    assert_int_equal(owner("files dns", true, "host.lab"), ANSWER_FROM_FILES);
    assert_string_equal(text, "files");
    assert_int_equal(owner("libvirt dns", false, "vm"), ANSWER_FROM_HOST);
    assert_string_equal(text, "libvirt");
}

TEST(what_the_hosts_file_has_is_its_own)
{
    static const char line[] = "files mymachines mdns4_minimal [NOTFOUND=return] dns";

    assert_int_equal(owner(line, true, "printer.local"), ANSWER_FROM_FILES);
    assert_string_equal(text, "files");
    assert_int_equal(owner(line, false, "printer.local"), ANSWER_FROM_MDNS);
    assert_string_equal(text, "mdns4_minimal");
    assert_int_equal(owner(line, false, "box"), ANSWER_FROM_HOST);
    assert_string_equal(text, "mymachines");
}

TEST(sources_that_may_both_be_it_are_both_told)
{
    assert_int_equal(owner("mymachines libvirt files dns", false, "box"), ANSWER_FROM_HOST);
    assert_string_equal(text, "mymachines libvirt");
    assert_int_equal(owner("mymachines files", true, "box"), ANSWER_FROM_HOST);
    assert_string_equal(text, "mymachines files");
}

TEST(myhostname_knows_this_machines_names_alone)
{
    assert_int_equal(owner("files myhostname dns", false, "_gateway"), ANSWER_FROM_MACHINE);
    assert_string_equal(text, "myhostname");
    assert_int_equal(owner("files myhostname mymachines dns", false, "_gateway"),
                     ANSWER_FROM_MACHINE);
    assert_string_equal(text, "myhostname");
    assert_int_equal(
        owner("files myhostname mymachines dns", false, "1.0.0.10.in-addr.arpa"),
        ANSWER_FROM_HOST);
    assert_string_equal(text, "myhostname mymachines");
    assert_int_equal(owner("files myhostname libvirt dns", false, "box"), ANSWER_FROM_HOST);
    assert_string_equal(text, "libvirt");
}

TEST(localhost_needs_no_source)
{
    assert_int_equal(owner("files dns", false, "localhost"), ANSWER_FROM_MACHINE);
    assert_string_equal(text, "");
}

TEST(resolve_may_know_any_name)
{
    assert_int_equal(owner("resolve [!UNAVAIL=return] dns", false, "box.local"),
                     ANSWER_FROM_RESOLVED);
    assert_string_equal(text, "resolve");
}

TEST(a_long_line_is_cut_to_the_room)
{
    char line[600] = "";

    for (int i = 0; i < 50; i++)
        strcat(line, "something ");
    assert_int_equal(owner(line, false, "box"), ANSWER_FROM_HOST);
    assert_int_equal(strlen(text), OWNER_TEXT - 1);
}

TEST_WITH(lab, the_hosts_file_is_looked_into)
{
    struct question name = question_for("Printer.Local");
    struct question reverse = question_for("7.0.0.10.in-addr.arpa");

    etc_write("nsswitch.conf", "hosts: files mdns4_minimal [NOTFOUND=return] dns\n");
    etc_write("hosts", "10.0.0.7 other printer.local # 10.0.0.8 comment.local\n");
    sources_now();
    assert_int_equal(owner_guess(&name, NULL), ANSWER_FROM_FILES);
    assert_int_equal(owner_guess(&reverse, text), ANSWER_FROM_FILES);
    assert_string_equal(text, "files");
    name = question_for("comment.local");
    assert_int_equal(owner_guess(&name, text), ANSWER_FROM_MDNS);
    reverse = question_for("8.0.0.10.in-addr.arpa");
    assert_int_equal(owner_guess(&reverse, text), ANSWER_FROM_MDNS);
}
