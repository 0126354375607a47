"""What Windows hosts log of files, modules, settings, lookups and connections."""

from __future__ import annotations

from tests.replay.benign.site import CHROME, HOSTS, POWERSHELL, SVCHOST, Event, Site

ROAMING = r"C:\Users\user001\AppData\Roaming\3CXDesktopApp"
WINDOWS_DNS = "Microsoft-Windows-DNS-Client/Operational"
DEFENDER_LOG = "Microsoft-Windows-Windows Defender/Operational"


def lookup(site: Site) -> Event:
    name, image = site.name(), site.image()
    if image.endswith("3CXDesktopApp.exe") and "githubusercontent" in name.lower():
        image = POWERSHELL
    status = site.random.choice(["0", "0", "0", "9003"])
    results = "::ffff:203.0.113.7;" if status == "0" else "-"
    fields = {"QueryName": name, "QueryStatus": status, "QueryResults": results}
    if site.random.random() < 0.2:
        return {
            "Channel": WINDOWS_DNS,
            "Provider_Name": "Microsoft-Windows-DNS-Client",
            "EventID": 3008,
            "Computer": site.random.choice(HOSTS),
            "TimeCreated": site.tick(),
            **fields,
        }
    return site.sysmon(22, Image=image, **fields)


def connection(site: Site) -> Event:
    name = site.random.choice(["-", "-", "-", site.name()])
    image = site.image()
    if "githubusercontent" in name.lower():
        image = POWERSHELL
    outgoing = site.random.choice(["true", "true", "false"])
    return site.sysmon(
        3,
        Image=image,
        Protocol="tcp",
        Initiated=outgoing,
        SourceIp=site.address(),
        DestinationIp="203.0.113.7",
        DestinationHostname=name,
        DestinationPort=443,
    )


def file(site: Site) -> Event:
    image = site.client()
    choices = [
        (image, site.client(r"app\manifest.json")),
        (image, ROAMING + r"\Local Storage\leveldb\MANIFEST-000001"),
        (CHROME, r"C:\Users\user001\AppData\Local\Google\Chrome\User Data\Default\History"),
        (CHROME, r"C:\Users\user001\Downloads\3CXDesktopApp-18.12.425.msi"),
        (r"C:\Windows\explorer.exe", r"C:\Users\user001\NTUSER.DAT{1}.TM.blf"),
        (SVCHOST, r"C:\Windows\System32\catroot2\edb.chk"),
        ("System", r"C:\Windows\System32\config\TxR\{016888b9-6c6f-11de}.TxR.1.regtrans-ms"),
        (r"C:\Windows\servicing\TrustedInstaller.exe", r"C:\Windows\System32\wlbsctrl.dll"),
    ]  # fmt: skip
    image, name = site.random.choice(choices)
    return site.sysmon(11, Image=image, TargetFilename=name)


def module(site: Site) -> Event:
    teams = r"C:\Users\user001\AppData\Local\Microsoft\Teams\current"
    choices = [
        (site.client(), site.client(r"app\ffmpeg.dll"), "true", "3CX Ltd"),
        (teams + r"\Teams.exe", teams + r"\ffmpeg.dll", "true", "Microsoft Corporation"),
        (site.client(), r"C:\Windows\System32\guard64.dll", "true", "Comodo Security Solutions"),
        (SVCHOST, r"C:\Windows\System32\wlbsctrl.dll", "true", "Microsoft Windows"),
        (CHROME, r"C:\Windows\System32\d3dcompiler_47.dll", "true", "Microsoft Corporation"),
    ]
    image, loaded, signed, signer = site.random.choice(choices)
    return site.sysmon(
        7,
        Image=image,
        ImageLoaded=loaded,
        Hashes=site.hashes(),
        Signed=signed,
        Signature=signer,
        SignatureStatus="Valid",
    )


def setting(site: Site) -> Event:
    exclusion = r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths\D:\Backup"
    if site.random.random() < 0.5:
        target = site.random.choice([exclusion, r"HKU\S-1-5-21-1\SOFTWARE\3CX\Settings"])
        return site.sysmon(13, Image=SVCHOST, TargetObject=target, Details="DWORD (0x00000000)")
    return {
        "Channel": DEFENDER_LOG,
        "Provider_Name": "Microsoft-Windows-Windows Defender",
        "EventID": 5007,
        "Computer": site.random.choice(HOSTS),
        "TimeCreated": site.tick(),
        "Old Value": "",
        "New Value": f"{exclusion} = 0x0",
    }
