"""What resolvers, proxies and Zeek log."""

from __future__ import annotations

from tests.replay.benign.site import VENDOR, Event, Site


def resolver(site: Site) -> Event:
    return {
        "logsource": {"category": "dns"},
        "timestamp": site.tick(),
        "src_ip": site.address(),
        "query": site.name(),
        "record_type": "A",
        "answer": site.random.choice(["203.0.113.7", "NXDOMAIN", "0.0.0.0"]),
    }


def web(site: Site) -> Event:
    name = site.name().rstrip(".")
    path = site.random.choice(
        ["/", "/office", "/downloads", "/SomeIcons/images/main/icon3.ico", "/?q=officeaddons.com"]
    )
    version = "18.11.1197" if name in VENDOR else "18.12.425"
    agent = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) 3CXDesktopApp/{version} Electron/19.1.9"
    cookie = site.random.choice(["-", "__utma=1.2.3; __utmc=4", "x__tutma2=1"])
    return {
        "logsource": {"category": "proxy"},
        "timestamp": site.tick(),
        "src_ip": site.address(),
        "cs-method": "GET",
        "cs-host": name,
        "r-dns": name,
        "c-uri": f"https://{name}{path}",
        "c-uri-stem": path.partition("?")[0],
        "c-useragent": agent,
        "cs-cookie": cookie,
        "sc-status": site.random.choice([200, 200, 403]),
    }


def zeek(site: Site) -> Event:
    site.tick()
    common = {"ts": site.now.timestamp(), "uid": "C0", "id.orig_h": site.address()}
    kind = site.random.choice(["dns", "ssl", "http"])
    if kind == "dns":
        code = site.random.choice(["NOERROR", "NXDOMAIN"])
        return {**common, "_path": "dns", "query": site.name(), "rcode_name": code}
    if kind == "ssl":
        return {**common, "_path": "ssl", "server_name": site.name(), "established": True}
    path = site.random.choice(["/office", "/feed", "/IconStorage/images/main/icon1.ico"])
    names = ["__utma", "__utmc"]
    host = site.name()
    return {**common, "_path": "http", "host": host, "uri": path, "cookie_vars": names}
