#include "../folder.h"

#include "base/host_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static char path[64];

static void set_up(void)
{
    folder_make();
    folder_path(path, "hosts");
}

static void assert_cannot_be_read(const char *at)
{
    errno = 0;
    assert_int_equal(host_file_open(at), -1);
    assert_int_equal(errno, EINVAL);
    errno = 0;
    assert_null(host_file_stream(at));
    assert_int_equal(errno, EINVAL);
}

TEST(a_fifo_without_a_writer_makes_nobody_wait)
{
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_true(host_file_may_never_end(path));
    assert_cannot_be_read(path);
    unlink(path);
}

TEST(a_device_may_never_end_but_for_dev_null)
{
    assert_true(host_file_may_never_end("/dev/zero"));
    assert_cannot_be_read("/dev/zero");
    assert_false(host_file_may_never_end("/dev/null"));
    assert_cannot_be_read("/dev/null");
}

TEST(a_folder_ends_but_cannot_be_read)
{
    assert_false(host_file_may_never_end(folder));
    assert_cannot_be_read(folder);
}

TEST(a_file_is_read)
{
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    FILE *file;
    char octet = 0;

    assert_int_equal(write(fd, "xy", 2), 2);
    close(fd);
    assert_false(host_file_may_never_end(path));
    fd = host_file_open(path);
    assert_int_equal(read(fd, &octet, 1), 1);
    assert_int_equal(octet, 'x');
    close(fd);
    file = host_file_stream(path);
    assert_int_equal(getc(file), 'x');
    fclose(file);
    unlink(path);
}

TEST(what_is_not_there_cannot_be_read)
{
    assert_false(host_file_may_never_end(path));
    assert_int_equal(host_file_open(path), -1);
    assert_int_equal(errno, ENOENT);
    assert_null(host_file_stream(path));
}

/* What is logged of a file whose opening failed with this error. */
static const char *warning(struct host_file_denial *denial, int error)
{
    static char text[256];
    char log[64];
    int fd, saved = dup(STDERR_FILENO);
    ssize_t got;

    folder_path(log, "log");
    fd = open(log, O_CREAT | O_TRUNC | O_RDWR, 0600);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    errno = error;
    host_file_warn_denied(denial, path, "nobody knows it");
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    got = pread(fd, text, sizeof text - 1, 0);
    assert_true(got >= 0);
    text[got] = '\0';
    close(fd);
    close(saved);
    return text;
}

TEST(a_file_that_may_not_be_read_is_told_once_for_each_of_its_states)
{
    struct host_file_denial denial = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};

    assert_string_equal(warning(&denial, ENOENT), "");
    assert_string_equal(warning(&denial, EMFILE), "");
    assert_non_null(strstr(warning(&denial, EACCES), "the server's user may not read "));
    assert_string_equal(warning(&denial, EACCES), ""); /* its folder is still closed */
    close(open(path, O_CREAT | O_WRONLY, 0));
    assert_non_null(strstr(warning(&denial, EACCES), "/hosts, so nobody knows it\n"));
    assert_string_equal(warning(&denial, EACCES), "");
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_non_null(strstr(warning(&denial, EACCES), "may not read"));
    unlink(path);
}

GROUP(set_up, folder_remove);

static const int64_t now = 1700000000000; /* milliseconds since 1970 */

static struct timespec before_now(int64_t ms)
{
    return (struct timespec){(now - ms) / 1000, (now - ms) % 1000 * 1000000};
}

/* A file whose status and contents changed so many milliseconds before now. */
static struct stat changed_before(int64_t status, int64_t contents)
{
    struct stat file = {.st_ctim = before_now(status), .st_mtim = before_now(contents)};

    return file;
}

static bool has_rested(struct stat file)
{
    return host_file_had_rested(&file, now);
}

TEST(a_file_rests_when_it_has_not_changed_for_a_while)
{
    assert_true(has_rested(changed_before(101, 101)));
    assert_false(has_rested(changed_before(100, 100)));
    assert_false(has_rested(changed_before(1, 1)));
    assert_false(has_rested(changed_before(1, 999))); /* it was renamed */
    assert_false(has_rested(changed_before(-99999, -99999)));
}

/* A second change may come two seconds after the first and have the same times. */
TEST(a_file_whose_times_are_whole_seconds_rests_longer)
{
    assert_false(has_rested(changed_before(2000, 2000)));
    assert_true(has_rested(changed_before(3000, 3000)));
}

TEST(one_whose_mtime_alone_was_set_to_a_whole_second_does_not)
{
    assert_true(has_rested(changed_before(101, 1000)));
}

TEST(now_is_what_the_clock_says)
{
    struct stat file = {0};

    clock_gettime(CLOCK_REALTIME, &file.st_ctim);
    file.st_mtim = file.st_ctim;
    file.st_ctim.tv_sec -= 5;
    file.st_mtim.tv_sec -= 5;
    assert_true(host_file_has_rested(&file));
    file.st_mtim.tv_sec += 60000;
    assert_false(host_file_has_rested(&file));
}

TEST(a_file_with_another_size_or_time_is_another_one)
{
    struct stat file = changed_before(1000, 1000), later = file, longer = file,
                touched = file;

    later.st_mtim.tv_nsec++;
    longer.st_size++;
    touched.st_ctim.tv_sec++;
    assert_true(host_file_same(&file, &file));
    assert_false(host_file_same(&file, &later));
    assert_false(host_file_same(&file, &longer));
    assert_false(host_file_same(&file, &touched));
}
