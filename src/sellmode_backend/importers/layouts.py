"""The columns of Shopify's exports, in the older and the newer layout, and of the list of staff.

Header names are case-sensitive there. Of the customers' file the newer export has ``Customer ID`` and begins the
address columns with ``Default Address``. Sources: Shopify's help on CSV files, and headers of real exports.
"""

from __future__ import annotations

from sellmode_backend.importers.reading import Layout


def _address(*names: str) -> tuple[str, ...]:
    """Headers of an address column: the newer layout's first."""
    return (*(f"Default Address {name}" for name in names), *names)


CUSTOMERS = Layout(
    "customers.csv",
    fields={
        "number": ("Customer ID",),
        "given_name": ("First Name",),
        "family_name": ("Last Name",),
        "email": ("Email",),
        "phone": ("Phone",),
        "address_phone": ("Default Address Phone",),
        "company": _address("Company"),
        "address1": _address("Address1"),
        "address2": _address("Address2"),
        "city": _address("City"),
        "province": _address("Province Code", "Province"),
        "postcode": _address("Zip"),
        "country": _address("Country Code", "Country"),
        "email_consent": ("Accepts Email Marketing", "Accepts Marketing"),
        "sms_consent": ("Accepts SMS Marketing",),
        "tags": ("Tags",),
        "note": ("Note",),
    },
    required=frozenset({"email", "given_name", "family_name"}),
    # What was spent is worked out from the orders.
    unused=frozenset({"Total Spent", "Total Orders", "Tax Exempt"}),
)

PRODUCTS = Layout(
    "products.csv",
    fields={
        "handle": ("Handle",),
        "title": ("Title",),
        "vendor": ("Vendor",),
        "type": ("Type",),
        "tags": ("Tags",),
        "published": ("Published",),
        "option1": ("Option1 Value",),
        "option2": ("Option2 Value",),
        "option3": ("Option3 Value",),
        "sku": ("Variant SKU",),
        "price": ("Variant Price",),
        "barcode": ("Variant Barcode",),
        "image": ("Image Src",),
        "status": ("Status",),
    },
    required=frozenset({"title", "sku", "price"}),
    unused=frozenset(
        {
            "Body (HTML)", "Product Category", "Standard Product Type", "Custom Product Type", "Image Position",
            "Image Alt Text", "Gift Card", "Cost per item", "Collection", "Unit Price Total Measure",
            "Unit Price Total Measure Unit", "Unit Price Base Measure", "Unit Price Base Measure Unit",
        }
    ),
    unused_beginnings=(
        "Option", "Variant ", "SEO ", "Google Shopping / ", "Included / ", "Price / ", "Compare At Price / ",
    ),
)  # fmt: skip

ORDERS = Layout(
    "orders.csv",
    fields={
        "number": ("Name",),
        "email": ("Email",),
        "phone": ("Phone",),
        "currency": ("Currency",),
        "total": ("Total",),
        "placed_at": ("Created at",),
        "cancelled_at": ("Cancelled at",),
        "refunded": ("Refunded Amount",),
        "quantity": ("Lineitem quantity",),
        "title": ("Lineitem name",),
        "price": ("Lineitem price",),
        "discount": ("Lineitem discount",),
        "sku": ("Lineitem sku",),
        "billing_country": ("Billing Country",),
        "shipping_country": ("Shipping Country",),
        "note_attributes": ("Note Attributes",),
        "employee": ("Employee",),
        "location": ("Location",),
        "id": ("Id",),
        "source": ("Source",),
    },
    required=frozenset({"number", "id", "currency", "total", "placed_at", "quantity", "title", "price"}),
    unused=frozenset(
        {
            "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Subtotal",
            "Shipping", "Taxes", "Discount Code", "Discount Amount", "Notes", "Vendor", "Outstanding Balance",
            "Device ID", "Tags", "Risk Level", "Receipt Number", "Duties", "Next Payment Due At",
        }
    ),
    unused_beginnings=("Lineitem ", "Billing ", "Shipping ", "Payment ", "Tax "),
)  # fmt: skip

STAFF = Layout(
    "staff.csv",
    fields={"number": ("Employee ID",), "name": ("Name",), "store": ("Location",), "role": ("Role",)},
    required=frozenset({"number", "name", "store", "role"}),
)
