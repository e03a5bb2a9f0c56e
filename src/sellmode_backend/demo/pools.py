"""What the demo's people and goods are made of: invented or common words, no real person, brand or address is meant."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import msgspec


class Language(msgspec.Struct, frozen=True):
    """Names as people of one language write them, and how often the demo draws them."""

    code: str
    weight: int
    given: tuple[str, ...]
    family: tuple[str, ...]
    ascii: bool
    """Whether an e-mail address can be made from the name by folding accents."""


class _Names(msgspec.Struct, frozen=True):
    languages: tuple[Language, ...]


LANGUAGES = msgspec.toml.decode(files(__package__).joinpath("names.toml").read_bytes(), type=_Names).languages


class Goods(NamedTuple):
    """A kind of article: words for its title, sizes or shades, price range in euro and how often it is bought."""

    department: str
    type: str
    words: tuple[str, ...]
    variants: tuple[str, ...]
    low: int
    high: int
    weight: int
    told: str
    """What its description says."""

    @property
    def option(self) -> str:
        """What its variants differ in."""
        if self.variants == _SHADES:
            return "Shade"
        return "Colour" if self.type in ("Bags", "Accessories") else "Size"


_LETTERS = ("XS", "S", "M", "L", "XL")
_SHOES = ("37", "38", "39", "40", "41", "42", "43", "44")
_SHADES = ("01 Porcelain", "02 Sand", "03 Honey", "04 Amber", "05 Espresso")

GOODS = (
    Goods(
        "fashion",
        "Dresses",
        ("Wrap Dress", "Shirt Dress", "Slip Dress", "Knit Dress"),
        _LETTERS,
        89,
        320,
        8,
        "Cut to move, fully lined. Dry clean.",
    ),
    Goods(
        "fashion",
        "Knitwear",
        ("Merino Crew", "Cashmere Cardigan", "Cable Jumper", "Fine Polo"),
        _LETTERS,
        69,
        280,
        10,
        "Spun from long fibres and knitted in one piece. Wash by hand, dry flat.",
    ),
    Goods(
        "fashion",
        "Coats",
        ("Wool Overcoat", "Trench", "Quilted Parka", "Car Coat"),
        _LETTERS,
        199,
        690,
        4,
        "Warm without weight, with deep pockets. Brush it, and dry clean once a season.",
    ),
    Goods(
        "fashion",
        "Shirts",
        ("Oxford Shirt", "Linen Shirt", "Silk Blouse", "Poplin Shirt"),
        _LETTERS,
        49,
        160,
        10,
        "Washed before it is sewn, so that it keeps its size. 40 degrees, iron damp.",
    ),
    Goods(
        "fashion",
        "Trousers",
        ("Wide Trousers", "Chinos", "Straight Jeans", "Pleated Trousers"),
        _LETTERS,
        59,
        190,
        9,
        "High in the waist and easy in the leg. 30 degrees, inside out.",
    ),
    Goods(
        "fashion",
        "Shoes",
        ("Chelsea Boot", "Loafer", "Court Shoe", "Leather Trainer"),
        _SHOES,
        79,
        340,
        8,
        "Leather in and out, with a sole that can be replaced. Comes with a cloth bag.",
    ),
    Goods(
        "fashion",
        "Bags",
        ("Tote", "Crossbody", "Weekender", "Clutch"),
        ("Black", "Tan", "Olive"),
        89,
        520,
        4,
        "Full-grain leather that darkens with use. Fits a 13-inch laptop, but for the clutch.",
    ),
    Goods(
        "fashion",
        "Accessories",
        ("Silk Scarf", "Leather Belt", "Beanie", "Gloves"),
        ("Navy", "Camel", "Grey"),
        25,
        140,
        9,
        "Made in small runs; no two are quite alike.",
    ),
    Goods(
        "beauty",
        "Fragrance",
        ("Eau de Parfum Cèdre", "Eau de Toilette Néroli", "Fig & Vetiver"),
        ("50 ml", "100 ml"),
        58,
        190,
        7,
        "Opens fresh and dries down to wood. Lasts a working day.",
    ),
    Goods(
        "beauty",
        "Make-up",
        ("Skin Tint", "Satin Foundation", "Lip Crayon", "Brow Gel"),
        _SHADES,
        18,
        52,
        12,
        "Buildable, and comfortable all day. Dermatologically tested.",
    ),
    Goods(
        "beauty",
        "Skin care",
        ("Night Cream", "Vitamin C Serum", "Cleansing Balm", "SPF 50"),
        ("30 ml", "50 ml"),
        22,
        120,
        13,
        "For all skins, also sensitive ones. Without added fragrance.",
    ),
    Goods(
        "beauty",
        "Hair",
        ("Repair Mask", "Volume Shampoo", "Curl Cream"),
        ("200 ml", "500 ml"),
        12,
        48,
        8,
        "Mild enough for every day. The bottle is made of what bottles were.",
    ),
    Goods(
        "pets",
        "Dog food",
        ("Grain-free Salmon", "Puppy Chicken", "Senior Lamb"),
        ("2 kg", "12 kg"),
        14,
        86,
        9,
        "One source of protein, no added sugar. Change over a week.",
    ),
    Goods(
        "pets",
        "Cat food",
        ("Kitten Turkey", "Indoor Duck", "Sterilised Trout"),
        ("1.5 kg", "7 kg"),
        11,
        68,
        9,
        "Small pieces, rich in taurine. Keep fresh water beside it.",
    ),
    Goods(
        "pets",
        "Pet care",
        ("Oat Shampoo", "Claw Clippers", "Calming Drops"),
        ("one size",),
        8,
        34,
        5,
        "Gentle to coat and claws. For dogs and cats from three months.",
    ),
    Goods(
        "pets",
        "Pet accessories",
        ("Tweed Collar", "Rope Lead", "Wool Bed", "Feather Wand"),
        ("S", "M", "L"),
        9,
        110,
        6,
        "Sturdy, and washable at 30 degrees.",
    ),
)

HOUSES = ("Alder", "Vale House", "Maison Rive", "Nordkyst", "Ottolina", "Birch & Son", "Fenwick Row", "Atelier Nove")

PET_NAMES = ("Biscuit", "Luna", "Ziggy", "Nala", "Mochi", "Bram", "Pixel", "Freya", "Čapek", "Oreo", "Tosca", "もも")
SPECIES = ("cat", "dog", "rabbit", "bird", "fish")
SKIN_TYPES = ("dry", "oily", "combination", "sensitive")
TAGS = ("styling", "allergies", "gift buyer", "events", "petite", "tall", "click & collect", "no fragrance", "menswear")
PREFERENCES = (
    "prefers navy and grey",
    "no wool",
    "cruelty-free only",
    "fits late on Thursdays",
    "gift wrap always",
    "likes to be told of new arrivals",
    "organic food for the dog",
    "wide fit",
)
NOTES = (
    "Asked to be told when the camel coat comes in.",
    "Looking for a dress for her sister's wedding in June; budget around 300.",
    "Tried the loafer in 41, wants 41.5 if it is ever made.",
    "New puppy since spring: puppy food every four weeks.",
    "Prefers a quiet fitting room, early in the morning.",
    "Allergic to lavender. Check fragrance lists.",
    "Collects for the whole office; needs one invoice.",
    "Moved house, new address to be confirmed.",
)
CALLS = (
    "Told about the private evening; will come.",
    "Left a message about the repair.",
    "Confirmed the fitting for Saturday.",
    "Sent three ideas for the holiday.",
    "Came in, tried two coats, thinking about it.",
    "Thanked for the order, all fine.",
    "Asked whether the serum can be kept; it can.",
)
STREETS = (
    "Keizersgracht",
    "Prinsenstraat",
    "Grafton Street",
    "Merrion Row",
    "Lange Voorhout",
    "Capel Street",
    "Oude Delft",
)
"""Streets that exist in more than one town; the house numbers are made up."""
