"""The kept lists, by what people really send: a row for each host, source and click id that a bug report named."""

from __future__ import annotations

import pytest
from pipeline_frames import events

from footfall.pipeline.steps import EVENT_STEPS, Tools, run

HOSTS = {
    "email": """
        deref-gmx.net deref-gmx.de deref-gmx.co.uk deref-web.de deref-web-02.de deref-mail.com email.t-online.de
        webmail.example.com webmail.ac-lyon.fr roundcube.example.org mail.orange.fr messagerie.orange.fr mail.ovh.net
        ex4.mail.ovh.net outlook.cloud.microsoft outlook.live.com eur01.safelinks.protection.outlook.com
        nam02.safelinks.protection.outlook.com usg02.safelinks.protection.office365.us urldefense.com
        urldefense.proofpoint.com secure-web.cisco.com linkprotect.cudasvc.com protect-eu.mimecast.com
        url.uk.m.mimecastprotect.com imsva91-ctp.ctp.trendmicro.com eu-central-1.protection.sophos.com
        mail.yahoo.co.jp mail.zoho.in mail.yandex.kz mail.yandex.com.tr exmail.qq.com mail.126.com mail.rambler.ru
        poczta.onet.pl poczta.wp.pl mail.libero.it email.ionos.de mail.infomaniak.com secureurl.ukr.net
        bap.navigator.gmx.net de.web.mobile.android.mail
    """,
    "search": """
        lens.google.com lens.google.de images.google.co.uk scholar.google.com news.google.com suche.web.de
        m.suche.web.de suche.t-online.de suche.gmx.net search.gmx.com suche.freenet.de search.auone.jp
        sp-web.search.auone.jp search.goo.ne.jp search.smt.docomo.ne.jp image.search.yahoo.co.jp yahoo.co.jp ntp.msn.com
        szukaj.onet.pl ricerca.virgilio.it busca.uol.com.br lemoteur.orange.fr images.yandex.ru so.360.cn
        search.xfinity.com ru.yandex.searchplugin
    """,
    "social": """
        t.umblr.com discordapp.com discord.gg l.workplace.com vkontakte.ru my.mail.ru mp.weixin.qq.com mixi.jp
        mastodon.online chaos.social infosec.exchange vimeo.com xhslink.com webk.telegram.org
        com.instagram.barcelona com.tencent.mm
    """,
    "ai": """
        chat.z.ai copilot.com www.copilot.com edgeservices.bing.com copilot.microsoft.com alice.yandex.ru
        yiyan.baidu.com qianwen.com assistant.kagi.com lumo.proton.me genspark.ai manus.im lmarena.ai com.deepseek.chat
    """,
    "paid": "aax-eu.amazon-adsystem.com insight.adsrvr.org ad.doubleclick.net",
    "referral": """
        docs.google.com google.evil.example webmail-docs.example.com safelinks.protection.outlook.com
        notsuche.web.de.example orange.fr microsoft.com
    """,
}

QUERIES = {
    "search": "utm_medium=organic utm_medium=Organic&utm_source=leaflet srsltid=AfmB ysclid=l9",
    "social": "utm_medium=organic&utm_source=instagram utm_source=bsky mibextid=Zxz2cZ",
    "ai": """
        utm_source=copilot.com utm_source=chatgpt.com utm_source=WWW.Copilot.com. utm_medium=organic&utm_source=kimi
    """,
    "paid": """
        gad_source=1 gad_campaignid=20919 gad%5Fsource=1 utm_medium=organic&gad_source=1 ndclid=x obclid=x rb_clickid=x
        bd_vid=1 qhclickid=x gdt_vid=x sznclid=x ldtag_cl=x cto_pld=x ef_id=x s_kwcid=x utm_source=fbad
    """,
    "email": "mc_cid=abc _hsmi=1 utm%5Fsource=newsletter utm%5fmedium=email %75tm_source=gmail",
    "referral": "utm_source=leaflet",
    "direct": "gad_sources=1 a%26utm_source=newsletter a%3Dutm_source=newsletter x=1?utm%5Fsource=newsletter",
}


def channel(tools: Tools, query: str, referrer: str) -> str:
    url = f"https://shop.example/?{query}"
    return run(EVENT_STEPS, events([{"url": url, "referrer": referrer}]), tools, lambda *_: None)["channel"][0]


@pytest.mark.parametrize(("expected", "hosts"), HOSTS.items())
def test_channel_of_a_host(tools: Tools, expected: str, hosts: str) -> None:
    found = {host: channel(tools, "", f"https://{host}/") for host in hosts.split()}
    assert found == dict.fromkeys(hosts.split(), expected)


@pytest.mark.parametrize(("expected", "queries"), QUERIES.items())
def test_channel_of_a_link(tools: Tools, expected: str, queries: str) -> None:
    found = {query: channel(tools, query, "") for query in queries.split()}
    assert found == dict.fromkeys(queries.split(), expected)


@pytest.mark.parametrize(
    ("referrer", "source"),
    [
        ("https://partner.example/", "partner.example"),
        ("https://partner.example./a", "partner.example"),
        ("https://WWW.Partner.EXAMPLE.:443/", "partner.example"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://BÜCHER.example./", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example/", "xn--bcher-kva.example"),
        ("https://b%C3%BCcher.example/", "xn--bcher-kva.example"),
        ("https://bu\u0308cher.example/", "xn--bcher-kva.example"),
        ("https://उदाहरण.परीक्षा/", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"),
        ("https://例え。テスト/", "xn--r8jz45g.xn--zckzah"),
        ("https://partner%2eexample/", "partner.example"),
        ("https://partner%20example/", "direct"),
        ("https://partner.example../", "direct"),
        ("https://./", "direct"),
    ],
)
def test_a_host_is_one_source_however_it_is_spelled(tools: Tools, referrer: str, source: str) -> None:
    found = run(EVENT_STEPS, events([{"url": "https://shop.example/", "referrer": referrer}]), tools, lambda *_: None)
    assert (found["source"][0], found["referrer"][0]) == (source, referrer)


@pytest.mark.parametrize("own", ["bücher.example", "xn--bcher-kva.example", "www.BÜCHER.example.", "bücher.example."])
@pytest.mark.parametrize("referrer", ["bücher.example", "xn--bcher-kva.example.", "www.xn--bcher-kva.example"])
def test_the_sites_own_host_is_direct_however_it_is_spelled(tools: Tools, own: str, referrer: str) -> None:
    rows = [{"url": f"https://{own}/a", "referrer": f"https://{referrer}/"}]
    assert run(EVENT_STEPS, events(rows), tools, lambda *_: None)["source"][0] == "direct"


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("utm%5Fsource=news", "news"),
        ("a=1&utm%5fsource=n%C3%A9ws", "néws"),
        ("%75%74%6D_source=news", "news"),
        ("utm%5Fsource=first&utm_source=second", "first"),
        ("utm%255Fsource=news", ""),
        ("utm%5Fsource", ""),
        ("a%26utm_source=news", ""),
    ],
)
def test_a_parameters_name_counts_decoded(tools: Tools, query: str, label: str) -> None:
    url = f"https://shop.example/x&utm%5Fsource=path?{query}#&utm%5Fsource=fragment"
    found = run(EVENT_STEPS, events([{"url": url}]), tools, lambda *_: None).row(0, named=True)
    assert (found["utm_source"], found["path"], found["url"]) == (label, "/x&utm%5Fsource=path", url)
