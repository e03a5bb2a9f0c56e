"""Pictures of products: from whom they are fetched, what of them is shown, and what is refused."""

from __future__ import annotations

import http.server
import io
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import httpx2 as httpx
import msgspec
import pytest
from PIL import Image

from sellmode_backend.server import ServerSettings
from sellmode_backend.shopper import brand
from sellmode_backend.shopper.pictures import fetching, making_anew
from sellmode_backend.store import records
from sellmode_contract import wire
from sellmode_contract.kinds.product import Product, ProductImage
from tests.backend.people import NO_CERTIFICATES, QUICK, Client, MovedClock, add_person, problem_of
from tests.backend.shopper import storefront
from tests.backend.shopper.shop import BRAND, TOKEN, Shop
from tests.support.backend import retailer_database, serve_in_thread


def photo(width: int = 1600, height: int = 800, **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(made, "JPEG", **more)
    return made.getvalue()


def png(width: int, height: int, *extra: tuple[bytes, bytes]) -> bytes:
    """A picture that says that it has so many pixels, and has one row of them."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"\0" * (width // 8 + 1)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(*each) for each in extra) + rows + chunk(b"IEND", b"")


class Shelf(http.server.BaseHTTPRequestHandler):
    """A host of pictures: what it has at which path, and how often it was asked."""

    asked: ClassVar[list[str]]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/red.jpg")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/gone" else 200)
        body = photo()
        if self.path in ("/red.jpg", "/half"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if self.path == "/slow":
                while True:
                    self.wfile.write(b"x")
                    time.sleep(0.02)
            elif self.path == "/large":
                self.wfile.write(b"x" * 300_000)
            else:
                self.wfile.write(body[: len(body) // 2] if self.path == "/half" else body)
        except OSError:
            pass

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def shelf() -> Iterator[tuple[str, list[str]]]:
    """Where it is, and what it was asked for."""

    class OwnShelf(Shelf):
        asked: ClassVar[list[str]] = []

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), OwnShelf) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}", OwnShelf.asked
        server.shutdown()
        thread.join()


def test_a_page_shows_them_and_the_shop_is_asked_once(shop: Shop, shelf: tuple[str, list[str]]) -> None:
    host, asked = shelf
    put_picture(shop, f"http://{host}/red.jpg", host)
    key = shop.keys()[0]
    path = f"/p/{TOKEN}/{key}"
    assert f'<img src="{path}"' in shop.page()
    answers = [shop.get(path) for _ in range(3)]
    assert asked == ["/red.jpg"]
    assert {answer.headers["Content-Type"] for answer in answers} == {"image/jpeg"}
    with Image.open(io.BytesIO(answers[0].content)) as made:
        assert made.size == (1200, 600)
    shop.clock.forward(days=29)
    shop.change(expires_at=None)
    shop.get(path)
    shop.clock.forward(days=2)
    shop.get(path)
    assert asked == ["/red.jpg"] * 2


def test_web_shops_may_show_who_is_there_and_no_other_picture(front: Shop, shelf: tuple[str, list[str]]) -> None:
    host, _ = shelf
    put_picture(front, f"http://{host}/red.jpg", host)
    storefront.write(front, msgspec.structs.replace(storefront.BENS_PAGE, photo=f"http://{host}/red.jpg"))
    policies = {
        name: front.get(f"/p/{token}/{name}").headers["Cross-Origin-Resource-Policy"]
        for token, name in ((storefront.BENS, "photo"), (TOKEN, front.keys()[0]))
    }
    assert policies == {"photo": "cross-origin", front.keys()[0]: "same-origin"}


def test_what_cannot_be_had_is_asked_for_again_after_an_hour(shop: Shop, shelf: tuple[str, list[str]]) -> None:
    host, asked = shelf
    put_picture(shop, f"http://{host}/gone", host)
    path = f"/p/{TOKEN}/{shop.keys()[0]}"
    assert [shop.get(path).status_code for _ in range(2)] == [404, 404]
    assert asked == ["/gone"]
    shop.clock.forward(hours=1)
    shop.get(path)
    assert asked == ["/gone"] * 2


def test_only_who_may_see_the_page_may_see_its_pictures(shop: Shop, shelf: tuple[str, list[str]]) -> None:
    host, asked = shelf
    put_picture(shop, f"http://{host}/red.jpg", host)
    key = shop.keys()[0]
    shop.change(revoked_at=shop.clock())
    assert shop.get(f"/p/{TOKEN}/{key}").status_code == 404
    assert asked == []


def test_other_hosts_pictures_are_not_shown(shop: Shop, shelf: tuple[str, list[str]]) -> None:
    put_picture(shop, "https://other.example/red.jpg", shelf[0])
    assert "<img" not in shop.page()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/gone", "answers 404"),
        ("/elsewhere", "answers 302"),
        ("/half", "in part only"),
        ("/large", "more than 200000 bytes"),
        ("/slow", "more than 0.3 seconds|does not come whole"),
    ],
)
def test_what_a_shop_may_do_instead_of_sending_a_picture(shelf: tuple[str, list[str]], path: str, says: str) -> None:
    began = time.monotonic()
    with pytest.raises(fetching.NotFetched, match=says):
        fetching.fetch(f"http://{shelf[0]}{path}", (shelf[0],), seconds=0.3, most=200_000)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["0.0.0.0"],  # noqa: S104  # it is refused
        ["10.0.0.1"],
        ["192.168.1.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["224.0.0.1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["fe80::1%eth0"],
        ["2002:0a00:0001::"],
        ["93.184.216.34", "10.0.0.1"],
        [],
    ],
)
def test_no_address_but_a_public_one_is_asked(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    def found(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(fetching.NotFetched, match="none of the public internet"):
        fetching.fetch("https://shop.example/a.jpg", ("shop.example",))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::1]", "localhost."])
def test_no_spelling_of_this_machine_is_a_host(host: str) -> None:
    with pytest.raises(fetching.NotFetched):
        fetching.fetch(f"https://{host}/a.jpg", ("shop.example", host))


def test_nothing_is_left_in_it_but_the_picture() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"
    made = making_anew.made_anew(photo(40, 20, exif=exif))
    assert b"Secret" not in made
    with Image.open(io.BytesIO(made)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (20, 40))
        assert not opened.getexif()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        photo()[:1000],
        png(30_000, 30_000),
        png(10, 10, (b"zTXt", b"c\0\0" + zlib.compress(b"\0" * 50_000_000, 9))),
    ],
    ids=["empty", "HTML", "SVG", "EPS", "half", "900 million pixels", "a text of 50 MB"],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(data: bytes) -> None:
    with pytest.raises(making_anew.NoPicture):
        making_anew.made_anew(data)


def put_picture(shop: Shop, url: str, host: str) -> None:
    """Let the first product have a picture."""
    with shop.database.transaction() as connection:
        product = records.read(connection, "product", "p-1")
        assert isinstance(product, Product)
        records.write(connection, [msgspec.structs.replace(product, images=(ProductImage(url=url),))])
        brand.write(connection, msgspec.structs.replace(BRAND, picture_hosts=(host,)))


class AskingTerminal(NamedTuple):
    shop: Shop
    client: Client

    def ask(self, product: str = "p-1", tag: str = "") -> httpx.Response:
        headers = {**self.client.headers, "Authorization": f"Bearer {self.client.token}", "If-None-Match": tag}
        path = wire.PICTURE_PATH.format(product=product)
        return httpx.get(f"{self.client.url}{path}", headers=headers, timeout=20, verify=NO_CERTIFICATES)


@pytest.fixture
def terminal(shop: Shop) -> AskingTerminal:
    client = Client(shop.url)
    client.join(shop.database, add_person(shop.database, "zoe", "Alpha"), shop.clock())
    return AskingTerminal(shop, client)


def test_a_terminal_gets_a_small_one_once(terminal: AskingTerminal, shelf: tuple[str, list[str]]) -> None:
    host, asked = shelf
    put_picture(terminal.shop, f"http://{host}/red.jpg", host)
    answers = [terminal.ask() for _ in range(2)]
    assert asked == ["/red.jpg"]
    assert {answer.headers["Content-Type"] for answer in answers} == {"image/png"}
    with Image.open(io.BytesIO(answers[0].content)) as made:
        assert (made.mode, made.size) == ("P", (wire.PICTURE_SIDE, wire.PICTURE_SIDE // 2))
    assert len(answers[0].content) <= wire.MAX_PICTURE_BYTES
    again = terminal.ask(tag=answers[0].headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert terminal.ask(tag='"another"').status_code == 200


def test_only_who_is_signed_in_gets_one(terminal: AskingTerminal, shelf: tuple[str, list[str]]) -> None:
    host, asked = shelf
    put_picture(terminal.shop, f"http://{host}/red.jpg", host)
    stranger = AskingTerminal(terminal.shop, Client(terminal.client.url, token="x" * 40))
    assert problem_of(stranger.ask(), 401).code == "signed_out"
    assert asked == []


@pytest.mark.parametrize("path", ["/gone", "/elsewhere", "/large"])
def test_of_what_cannot_be_had_a_terminal_gets_nothing(
    terminal: AskingTerminal, shelf: tuple[str, list[str]], path: str
) -> None:
    put_picture(terminal.shop, f"http://{shelf[0]}{path}", shelf[0])
    assert problem_of(terminal.ask(), 404).code == "not_found"


def test_other_hosts_and_unknown_products_have_no_picture(
    terminal: AskingTerminal, shelf: tuple[str, list[str]]
) -> None:
    put_picture(terminal.shop, "https://other.example/red.jpg", shelf[0])
    assert {problem_of(terminal.ask(product), 404).detail for product in ("p-1", "p-none")} == {
        "There is no picture of this product."
    }


@pytest.mark.parametrize("id", ["%00", "p-1%00"])
def test_no_product_has_a_nul_in_its_id(postgresql_url: str, clock: MovedClock, id: str) -> None:
    settings = ServerSettings(passwords=QUICK)
    with retailer_database(postgresql_url) as database, serve_in_thread(database, settings, clock) as url:
        client = Client(url)
        client.join(database, add_person(database, "zoe", "Alpha"), clock())
        assert problem_of(AskingTerminal(Shop(url, database, clock), client).ask(id), 404).code == "not_found"


def test_a_picture_for_terminals_is_small_whatever_it_shows() -> None:
    noise = io.BytesIO()
    Image.effect_noise((900, 900), 90).save(noise, "PNG")
    assert len(making_anew.made_anew(noise.getvalue(), "terminal")) < 24_000
