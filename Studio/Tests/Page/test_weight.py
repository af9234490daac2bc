"""What the page weighs, and what it may ask for."""

import re


def test_the_page_weighs_at_most_300_kilobytes_and_loads_nothing_from_elsewhere(open_page, studio):
    page = open_page("mug", start_camera=False)
    loaded = page.script("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert all(name.startswith(studio.base) for name in loaded)
    files = {"/"} | {name.removeprefix(studio.base) for name in loaded if "/page/" in name}
    sizes = {name: len(studio.fetch(name)[0]) for name in files}
    assert len(sizes) > 10
    assert sum(sizes.values()) <= 300_000, sizes


def test_the_page_needs_no_inline_scripts_or_styles(studio):
    body, headers = studio.fetch("/")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert not re.search(rb"<script(?![^>]*src=)|<style| style=| on[a-z]+=", body)
