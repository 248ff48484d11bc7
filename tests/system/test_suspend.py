"""The machine sleeps, and what was kept before is as old as it is (CLOCK_BOOTTIME)."""


def test_kept_answers_do_not_outlive_a_suspend(start, sleep, upstream):
    server = start("-o", "cache-size=16777216", env=sleep.env)
    first = server.ask("types.example.test", "MX")
    assert dict(first.ttls) and set(dict(first.ttls).values()) == {103}
    sleep(40)
    assert max(dict(server.ask("types.example.test", "MX").ttls).values()) <= 63
    assert upstream.asked("types.example.test").get("MX") == 1
    sleep(200)
    assert set(dict(server.ask("types.example.test", "MX").ttls).values()) == {103}
    assert upstream.asked("types.example.test").get("MX") == 2
    assert server.errors() == "", "no process was taken for one that hangs"


def test_an_answer_has_aged_by_a_suspend_while_it_was_sent(start, clocks):
    server = start("-o", "cache-size=16777216", "-o", "workers=1", env=clocks.env)
    clocks.sleep_after_send(40)
    assert set(dict(server.ask("types.example.test", "MX").ttls).values()) == {103}
    assert max(dict(server.ask("types.example.test", "MX").ttls).values()) <= 63


def test_the_server_lives_on_after_a_suspend(start, sleep):
    server = start("-o", "cache-size=16777216", env=sleep.env)
    pids = [server.child("serve"), server.child("lookup")]
    sleep(100000)
    assert server.ask("v4only.lab").outcome == ["v4only.lab A 10.0.0.4"]
    assert server.ask("a.example.test").outcome == ["a.example.test A 192.0.2.1"]
    assert [server.child("serve"), server.child("lookup")] == pids


def test_after_half_a_minute_of_stale_answers_name_servers_are_asked_again(
        start, etc, sleep, name_server):
    """RFC 8767 section 5: the failure recheck timer. Then the server has come back."""
    one = name_server("127.0.23.2", lambda packet: packet.reply("192.0.2.9"))
    etc.write("resolv.conf", f"nameserver {one.address}\n")
    server = start("-o", "cache-size=16777216", "-o", "stale=86400", "-o", "workers=1",
                   env=sleep.env)
    fresh = server.ask("a.up.test").outcome
    one.answer = lambda packet: packet.reply(rcode="SERVFAIL")
    sleep(100)  # its TTL is over
    for slept, is_asked in (100, True), (120, False), (140, True), (160, False):
        sleep(slept)
        before = len(one.packets)
        reply = server.ask("a.up.test", edns=True)
        assert (reply.outcome, (reply.extended_error or [None])[0]) == (fresh, 3), slept
        assert (len(one.packets) > before) == is_asked
    before = len(one.packets)
    one.answer = lambda packet: packet.reply("192.0.2.10")
    assert server.ask("a.up.test", edns=True).extended_error[0] == 3
    sleep(180)
    reply = server.ask("a.up.test", edns=True)
    assert (reply.outcome, reply.extended_error) == (["a.up.test A 192.0.2.10"], None)
    assert len(one.packets) > before
