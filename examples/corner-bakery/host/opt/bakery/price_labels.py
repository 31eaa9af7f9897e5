"""Print the price labels of the shops that changed since yesterday.

Called by cron every working day before the shops open. Reads the price list from the web shop, writes one PDF per shop
and sends it to the label printer there.
"""

import argparse
import datetime
import pathlib
import subprocess

import requests
from reportlab.lib.units import mm
from reportlab.pdfgen import canvas

PRICES = "https://shop.corner-bakery.example/api/prices"
OUT = pathlib.Path("/srv/labels")
SIZE = (60 * mm, 40 * mm)


def changed_prices(since):
    """Products whose price changed since that day."""
    answer = requests.get(PRICES, params={"changed_since": since.isoformat()}, timeout=20)
    answer.raise_for_status()
    return answer.json()["products"]


def write_labels(products, path):
    """One label a page."""
    page = canvas.Canvas(str(path), pagesize=SIZE)
    for product in products:
        page.setFont("Helvetica-Bold", 12)
        page.drawString(4 * mm, 30 * mm, product["name"][:28])
        page.setFont("Helvetica-Bold", 22)
        page.drawRightString(56 * mm, 10 * mm, f"{product['price']:.2f} €")
        page.showPage()
    page.save()


def send_to_printer(shop, path):
    """Hand the PDF to the printer that is called like the shop."""
    subprocess.run(f"lp -d labels-{shop} -o media=60x40mm {path}", shell=True, check=True)


def main():
    """Print what is new in each shop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", required=True, help="names of the shops, with commas between them")
    wanted = parser.parse_args()
    today = datetime.date.today()
    products = changed_prices(today - datetime.timedelta(days=1))
    if not products:
        return
    for shop in wanted.shops.split(","):
        path = OUT / f"{today.isoformat()}-{shop}.pdf"
        write_labels(products, path)
        send_to_printer(shop, path)


if __name__ == "__main__":
    main()
