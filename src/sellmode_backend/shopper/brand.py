"""How the retailer wants to look to its customers, where its shop is, and what of it may be linked to: settings."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec
from sqlalchemy.engine import Connection

from sellmode_backend.shopper.languages import LANGUAGES
from sellmode_backend.store import setting_values, settings
from sellmode_backend.store.setting_values import Key
from sellmode_backend.store.settings import SettingError
from sellmode_contract.kinds.product import Product

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[0-9]{1,5})?")
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_LONGEST: Final = 500


class Brand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settings of what customers see."""

    colour: str = "#1f4b3f"
    """Of buttons, as ``#rrggbb``; what stands on it is black or white, whichever can be read."""
    language: str = "en"
    """For customers whose own there is no catalogue for."""
    hosts: tuple[str, ...] = ()
    """Of the shop: product links lead to these alone."""
    picture_hosts: tuple[str, ...] = ()
    """From these alone pictures of products are fetched, and shown."""
    product_link: str = ""
    """Where a product is found, with ``{sku}`` in it."""
    logo: str = ""
    """Where the retailer's logo can be fetched, on a host of pictures; empty: pages have its name."""
    imprint: str = ""
    privacy: str = ""
    tracking: bool = True
    """Whether it is noted who opens and clicks what, of customers who have not refused it."""

    @property
    def on_colour(self) -> str:
        """Black or white: of the two the one that can be read on ``colour``, with a contrast of 4.5 or more."""
        light = _luminance(self.colour)
        return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"

    def link_to(self, sku: str) -> str:
        """Where a product is found in the shop; empty if there is no such place that may be linked to."""
        link = self.product_link.replace("{sku}", quote(sku, safe=""))
        return link if link and is_allowed(link, self.hosts) else ""

    def picture_of(self, product: Product) -> str:
        """Where the first of its pictures is that is on a host that may be asked; empty if there is none."""
        return next((each.url for each in product.images if is_allowed(each.url, self.picture_hosts)), "")


def read(connection: Connection) -> Brand:
    """The settings as they stand."""
    value = setting_values.read(connection, Key.SHOPPER)
    return msgspec.json.decode(value, type=Brand) if value else Brand()


def write(connection: Connection, brand: Brand) -> None:
    """Change the settings. Raises SettingError for a value that makes no sense."""
    check(brand)
    setting_values.write(connection, Key.SHOPPER, msgspec.json.encode(brand).decode())


def write_address(connection: Connection, address: str) -> None:
    """Change where customers reach their pages; empty: where terminals sign in. Raises SettingError."""
    if address and (not _is_link(address) or "?" in address or "#" in address):
        raise SettingError(
            f"the address of pages begins with https:// and a host, and has neither ? nor #, not {address[:_LONGEST]!r}"
        )
    settings.change(connection, pages_at=address.rstrip("/"))


def check(brand: Brand) -> None:
    """Raises SettingError for a value that makes no sense: what and why."""
    if not _COLOUR.fullmatch(brand.colour):
        raise SettingError(f"the colour is written #rrggbb, with six digits 0 to 9 or a to f, not {brand.colour!r}")
    if brand.language not in LANGUAGES:
        raise SettingError(f"there are no pages in {brand.language!r}; there are {', '.join(LANGUAGES)}")
    for host in (*brand.hosts, *brand.picture_hosts):
        if not _HOST.fullmatch(host):
            raise SettingError(f"a host is a name such as shop.example.com, not {host!r}")
    for name, link in (
        ("product link", brand.product_link),
        ("logo", brand.logo),
        ("imprint", brand.imprint),
        ("privacy link", brand.privacy),
    ):
        if link and not _is_link(link):
            raise SettingError(f"the {name} has to begin with https:// and a host, in at most {_LONGEST} characters")
    if brand.product_link and not is_allowed(brand.product_link, brand.hosts):
        raise SettingError("the product link's host has to be one of the shop's hosts; name it with --host")
    if brand.logo and not is_allowed(brand.logo, brand.picture_hosts):
        raise SettingError("the logo's host has to be one of the hosts of pictures; name it with --picture-host")
    if "#" in brand.product_link:
        raise SettingError("the product link has to do without #: parameters come at its end")
    if brand.product_link and "{sku}" not in brand.product_link:
        raise SettingError("the product link needs {sku} where the product's SKU comes")


def is_allowed(link: str, hosts: tuple[str, ...]) -> bool:
    """Whether a link leads to one of these hosts, over HTTPS or to this machine."""
    return _is_link(link) and urlsplit(link).netloc.lower() in hosts


def is_origin(origin: str) -> bool:
    """Whether this is the origin of a site as browsers name it: a scheme and a host, over HTTPS or of this machine."""
    return _is_link(origin) and origin == "{0.scheme}://{0.netloc}".format(urlsplit(origin)) == origin.lower()


def _is_link(link: str) -> bool:
    """Whether this is a link that a page may have: no script, no user's name, no character that ends it early."""
    if len(link) > _LONGEST or not link.isascii() or re.search(r"[\x00-\x20\x7f\"'<>\\^`|]", link):
        return False
    try:
        parts = urlsplit(link)
        _ = parts.port  # may be more than there are
    except ValueError:
        return False
    if not _HOST.fullmatch(parts.netloc.lower()):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
