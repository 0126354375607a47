"""What Macs log."""

from __future__ import annotations

from tests.replay.benign.site import Event, Site


def mac(site: Site) -> Event:
    support = "/Users/user01/Library/Application Support/3CX Desktop App/"
    app = "/Applications/3CX Desktop App.app/Contents/MacOS/3CX Desktop App"
    leaf = site.random.choice(["config.json", "Cookies", "Cache/Cache_Data/data_0"])
    common = {"timestamp": site.tick(), "Computer": "MAC-0012.corp.example"}
    if site.random.random() < 0.5:
        source = {"product": "macos", "category": "file_event"}
        return {"logsource": source, **common, "Image": app, "TargetFilename": support + leaf}
    updater = site.random.choice(
        ["/Library/Google/GoogleSoftwareUpdateAgent", "/usr/libexec/SoftwareUpdateAgent"]
    )
    source = {"product": "macos", "category": "process_creation"}
    return {"logsource": source, **common, "Image": updater, "CommandLine": updater}
