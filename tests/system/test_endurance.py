"""What `make endure` does for half an hour, for a moment: until all of it has happened."""

from daemon import wait_until
from endurance import Endurance

FLAP_SECONDS = 0.5


def test_a_stuck_log_a_busy_router_and_a_flapping_name_server(open_folder, etc):
    open_folder.chmod(0o777)
    with Endurance(open_folder, etc, FLAP_SECONDS) as run:
        wait_until(lambda: run.least_asked() >= 3, "each client has asked", 120)
        before, counted = run.at_rest()
        asked, advertised, flapped = run.least_asked(), run.advertising.times, run.flapping.times
        wait_until(lambda: run.least_asked() >= asked + 10 and run.flapping.times >= flapped + 4 and
                   run.advertising.times >= advertised + 3, "all of it", 300)
        after, counters = run.at_rest(before)
        assert (run.wrong(), run.lost(), run.failures()) == ([], [], [])
        assert counters["log-lost"] > counted["log-lost"]
        assert counters["host-changes"] == counted["host-changes"]
        assert {name: one.pid for name, one in after.items()} == {
            name: one.pid for name, one in before.items()}
        assert all(after[name].descriptors <= before[name].descriptors for name in before)
