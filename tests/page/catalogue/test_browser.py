"""The page as readers have it: from a file, in Chromium, by mouse, keyboard, phone and paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.engines.browser.chromium import Seen, axe, browser

pytestmark = pytest.mark.engines("chromium", "axe")
NAME = "dns_query_win_threecx_c2_domain_by_client"
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def path(builds: tuple[Path, Path]) -> Path:
    return builds[0] / "index.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture
def page(chromium: Browser, path: Path) -> Iterator[Page]:
    context = chromium.new_context(locale="en-US", accept_downloads=True)
    one = context.new_page()
    seen = Seen(one)
    one.goto(path.as_uri())
    yield one
    assert seen.said == []
    assert seen.beyond(path) == []
    context.close()


def shown(page: Page) -> int:
    return page.locator("details.rule:visible").count()


def test_the_page_is_one_small_file(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES


def test_a_search_finds_rules_by_any_word(page: Page) -> None:
    assert shown(page) == 151
    page.get_by_label("Search").first.fill("POOLRAT mac")
    names = page.locator("details.rule:visible").evaluate_all("all => all.map((one) => one.id)")
    assert 3 <= len(names) < 10
    assert "rule-file_event_macos_threecx_poolrat" in names
    page.get_by_role("button", name="Show all").click()
    assert shown(page) == 151


def test_filters_agree_with_the_manifest(page: Page, path: Path) -> None:
    manifest = json.loads(path.with_name("manifest.json").read_text("utf-8"))
    page.locator("[data-filter=product]").select_option("splunk")
    page.locator("[data-filter=proof]").select_option("parsed")
    wanted = {
        q["rule"] for q in manifest["queries"] if (q["target"], q["proof"]) == ("splunk", "parsed")
    }
    assert shown(page) == len(wanted) > 10
    page.get_by_role("button", name="Show all").click()
    page.locator("[data-filter=level]").select_option("critical")
    assert shown(page) == sum(rule["level"] == "critical" for rule in manifest["rules"])


def test_the_language_changes_everywhere_and_is_remembered(page: Page, path: Path) -> None:
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    page.get_by_role("button", name="Español").click()
    assert page.locator("html").get_attribute("lang") == "es"
    expect(page.get_by_role("heading", name="Qué ocurrió")).to_be_visible()
    expect(page.get_by_role("heading", name="What happened")).to_be_hidden()
    assert page.get_by_label("Buscar").first.get_attribute("placeholder") == (
        "título, dominio, técnica, campo …"
    )
    assert "crítico" in page.locator("[data-filter=level]").inner_text()
    page.reload()
    assert page.locator("html").get_attribute("lang") == "es"


def test_a_spanish_browser_gets_spanish(chromium: Browser, path: Path) -> None:
    context = chromium.new_context(locale="es-DO")
    one = context.new_page()
    one.goto(path.as_uri())
    assert one.locator("html").get_attribute("lang") == "es"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_a_button(
    chromium: Browser, path: Path, scheme: str
) -> None:
    context = chromium.new_context(color_scheme=scheme, locale="en-US")  # type: ignore[arg-type]
    one = context.new_page()
    one.goto(path.as_uri())
    paper = "getComputedStyle(document.body).backgroundColor"
    before = one.evaluate(paper)
    one.get_by_role("button", name="Light or dark").click()
    after = one.evaluate(paper)
    assert {before, after} == {"rgb(255, 255, 255)", "rgb(13, 17, 23)"}
    one.reload()
    assert one.evaluate(paper) == after
    context.close()


def test_a_link_opens_its_rule_although_it_is_filtered_out(page: Page, path: Path) -> None:
    page.locator("[data-filter=level]").select_option("low")
    page.evaluate(f"location.hash = 'rule-{NAME}'")
    rule = page.locator(f"#rule-{NAME}")
    expect(rule).to_have_attribute("open", "")
    expect(rule.locator("summary")).to_be_in_viewport()
    assert shown(page) == 151


def test_a_query_is_the_file_of_the_build_and_can_be_copied(page: Page, path: Path) -> None:
    page.evaluate(f"location.hash = 'rule-{NAME}'")
    row = page.locator(f"#rule-{NAME} .q", has_text="Splunk")
    row.get_by_role("button", name="Query").click()
    wanted = (path.parent / "splunk" / "queries" / f"{NAME}.spl").read_text("utf-8")
    assert row.locator("pre").text_content() == wanted
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row.get_by_role("button", name="Copy", exact=True).click()
    expect(row.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == wanted
    row.get_by_role("button", name="Query").click()
    expect(row.locator("pre")).to_have_count(0)


def test_by_keyboard_alone_a_rule_is_opened_and_its_query_shown(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.locator("[data-filter=search]").focus()
    page.keyboard.type(NAME)
    page.locator(f"#rule-{NAME} > summary").focus()
    page.keyboard.press("Enter")
    button = page.locator(f"#rule-{NAME} [data-do=show]").first
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#rule-{NAME} .q pre")).to_have_count(1)
    expect(button).to_have_attribute("aria-expanded", "true")


def test_what_is_ticked_says_what_is_seen(page: Page) -> None:
    page.get_by_role("checkbox", name="Process starts").check()
    first = int(page.locator("#seen").inner_text().partition(" ")[0])
    hidden = page.locator("[data-stage]:visible").count()
    assert 0 < first < 29
    assert page.locator("#switch li").count() > 10
    for box in page.locator("[data-need]").all():
        box.check()
    seen, _, every = page.locator("#seen").inner_text().partition(" / ")
    assert seen == every
    assert page.locator("[data-stage]:visible").count() == 0 < hidden
    page.reload()
    assert page.locator("#seen").inner_text() == f"{seen} / {every}"


def test_indicators_are_defanged_and_what_is_shown_is_exported(page: Page, path: Path) -> None:
    text = page.locator("#indicators tbody").inner_text()
    assert "akamaicontainer[.]com" in text and "akamaicontainer.com" not in text
    page.locator("[data-find=kind]").select_option("domain")
    page.locator("[data-find=advisory]").select_option("yes")
    with page.expect_download() as got:
        page.get_by_role("button", name="What is shown as CSV").click()
    lines = Path(got.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 1 + 21
    assert lines[1].startswith("domain,akamaicontainer.com,")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_serious(chromium: Browser, path: Path, scheme: str, width: int) -> None:
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    )
    one = context.new_page()
    one.goto(f"{path.as_uri()}#rule-{NAME}")
    one.locator(f"#rule-{NAME} [data-do=show]").first.click()
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in axe(one)] == []
    assert one.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_without_scripts_rules_queries_and_indicators_are_there(
    chromium: Browser, path: Path
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    one = context.new_page()
    one.goto(path.as_uri())
    assert shown(one) == 151
    rule = one.locator(f"#rule-{NAME}")
    rule.locator("summary").click()
    expect(rule.get_by_text("QueryName|expand: '%ioc_domains%'")).to_be_visible()
    link = rule.get_by_role("link", name=f"splunk/queries/{NAME}.spl")
    expect(link).to_be_visible()
    assert (path.parent / str(link.get_attribute("href"))).is_file()
    expect(one.locator("#indicators tbody tr").first).to_be_visible()
    assert one.locator(".js:visible").count() == 0
    assert one.locator("[lang=es]:visible").count() == 0
    context.close()


def test_on_paper_all_rules_are_open(chromium: Browser, path: Path, tmp_path: Path) -> None:
    context = chromium.new_context(locale="en-US")
    one = context.new_page()
    one.goto(path.as_uri())
    one.get_by_label("Search").first.fill("wlbsctrl")
    one.emulate_media(media="print")
    one.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert one.locator("details.rule:visible:not([open])").count() == 0
    assert one.locator("header").is_hidden()
    assert len(one.pdf()) > 10_000
    context.close()
