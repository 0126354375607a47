"""One host through all stages over 35 days, as it is seen by all that a site may have."""

from __future__ import annotations

from collections.abc import Iterator

from tests.operation.model import DAY, HOUR, MINUTE
from tests.operation.sensors import EDR, Draft, record, traffic
from tests.operation.site import NAME, OTHER, START, Outline, finding, host, visit

CLIENT = r"C:\Users\user01\AppData\Local\Programs\3CXDesktopApp\app\3CXDesktopApp.exe"
#: Day, hour, and the rule whose event the endpoint's sensors see.
STAGES = (
    (1, 9.0, "proc_creation_win_threecx_affected_installer"),
    (1, 9.05, "proc_creation_win_threecx_affected_build"),
    (1, 9.05, "image_load_win_threecx_malicious_hash"),
    (1, 9.1, "file_event_win_threecx_implant_timer"),
    (22, 10.0, "dns_query_win_threecx_github_raw_by_client"),
    (23, 11.2, "file_event_win_threecx_browser_history"),
    (28, 14.1, "proc_creation_win_threecx_suspicious_child"),
    (34, 3.0, "file_event_win_threecx_wlbsctrl"),
    (34, 3.1, "file_event_win_threecx_gopuram"),
)
#: Day, hour, and the name of each contact.
CONTACTS = ((22, 10.1, NAME), (23, 11.0, OTHER), (28, 14.0, NAME))


def stages() -> Iterator[Draft]:
    """What Sysmon and the product's own sensor see on the host."""
    own, _ = host(1)
    for day, hour, rule in STAGES:
        for sensor in ("sysmon", EDR):
            yield Draft(sensor, record(rule, Computer=own), moment(day, hour))


def moment(day: float, hour: float) -> float:
    """The time of a day, counted from 0, and an hour."""
    return START + day * DAY + hour * HOUR + MINUTE


def story() -> Outline:
    """From the installation to the second stage."""
    _, address = host(1)
    drafts = list(stages())
    for day, hour, name in CONTACTS:
        by = ("sysmon", EDR, "dns_client", "resolver")
        drafts += visit(moment(day, hour), 1, by, name, program=CLIENT)
        drafts += [
            Draft("proxy", each, moment(day, hour) + 1) for each in traffic("proxy", address, name)
        ]
    icon = {**record("proxy_threecx_icon_dead_drop"), "src_ip": address}
    drafts.append(Draft("proxy", icon, moment(22, 10.0)))
    drafts.sort(key=lambda draft: draft.time)
    return Outline("35 days of one host", drafts, [finding(1)], days=38, most=12)


OUTLINES = (story(),)
