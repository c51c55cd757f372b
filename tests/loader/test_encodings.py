"""Files in other encodings: what is stored is what the file says, to the last byte."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loader import reading, transcoding
from tests.conftest import lead_to, new_database
from tests.loader.conftest import Files, rejects

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.server import Server
    from tests.conftest import Database

PRODUCTS = "product_id,product_name\n"
MAPPING = """
source: shop
tables:
  products: {{file: products.csv*, encoding: {}}}
"""
ENCODINGS = ["latin-1", "cp1252", "iso-8859-15", "cp1251", "utf-16-le", "utf-16-be"]


def load_products(files: Files, content: bytes, encoding: str, name: str = "") -> None:
    """Add products in an encoding."""
    files.write(name or "products.csv", content)
    files.write_mapping(MAPPING.format(encoding))
    result = files.load("--mode", "append", "--max-rejects", "100%")
    assert result.exit_code == 0, result.output


def names(database: Database) -> dict[str, str]:
    """Give the loaded names by id."""
    return dict(database.rows("select product_id, product_name from raw_shop.products"))


def raw_records(database: Database) -> list[bytes]:
    """Give the rejected records as the files have them."""
    found = database.rows(
        "select raw_record from raw_shop.rejected_rows order by line_number"
    )
    return [bytes(row[0]) for row in found]


@st.composite
def written_names(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Give an encoding, and names that it can hold."""
    encoding = draw(st.sampled_from(ENCODINGS))
    letters = st.characters(
        codec=codecs.lookup(encoding).name,
        exclude_characters="\0",
        exclude_categories=["Cs"],
    )
    return encoding, draw(st.lists(st.text(letters, min_size=1, max_size=20)))


@given(written=written_names(), chunk=st.sampled_from([3, 7, 1 << 20]))
@example(written=("utf-16-le", ["😀" * 5, "\ud7ff\ue000", "\u0a0d\u0a0a"]), chunk=3)
@example(written=("utf-16-be", ["😀" * 5, "\ufeff", "\u0a0d\u0a0a"]), chunk=3)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_stored_is_what_pythons_own_decoder_reads(
    written: tuple[str, list[str]],
    chunk: int,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoding, products = written
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([("product_id", "product_name"), *enumerate(products)])
    content = text.getvalue().encode(encoding)
    read = csv.DictReader(io.StringIO(content.decode(encoding), newline=""))
    database = new_database(server)
    files = Files(tmp_path / "exports")
    files.folder.mkdir(exist_ok=True)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", 64)
        patch.setattr(transcoding, "CHUNK_BYTES", chunk)
        lead_to(database, patch)
        load_products(files, content, encoding)
    assert names(database) == {row["product_id"]: row["product_name"] for row in read}


def test_a_byte_that_the_encoding_lacks_rejects_its_record_alone(
    files: Files, database: Database
) -> None:
    content = b'product_id,product_name\n1,Caf\xe9\n2,"a\n\x81b"\n3,\x80 5\n'
    load_products(files, content, "cp1252")
    assert names(database) == {"1": "Café", "3": "€ 5"}
    assert rejects(database) == [("products.csv", 3, None, "not cp1252")]
    assert raw_records(database) == [b'2,"a\n\x81b"']
    assert database.rows("select sha256, file_bytes from raw_shop.load_history") == [
        (sha256(content).hexdigest(), len(content))
    ]


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("marked", [True, False])
def test_torn_utf_16_rejects_its_records_with_their_own_bytes(
    files: Files,
    database: Database,
    order: str,
    marked: bool,  # noqa: FBT001
) -> None:
    own = f"utf-16-{order}"
    torn = [
        "2,\ud800 b".encode(own, "surrogatepass"),
        "3,\udc00\ud800".encode(own, "surrogatepass"),
        "4,late".encode(own) + b"\x31",
    ]
    end = "\r\n".encode(own)
    first = f"{PRODUCTS}1,Zoë\r\n".encode(own)
    mark = "\ufeff".encode(own) if marked else b""
    content = mark + first + end.join(torn)
    load_products(files, content, "utf-16" if marked else own)
    assert names(database) == {"1": "Zoë"}
    assert rejects(database) == [
        ("products.csv", line, None, "not UTF-16") for line in (3, 4, 5)
    ]
    assert raw_records(database) == torn


def test_compressed_files_have_encodings_too(files: Files, database: Database) -> None:
    content = f"{PRODUCTS}1,Müller\n".encode("latin-1")
    load_products(files, gzip.compress(content), "ISO-8859-1", "products.csv.gz")
    assert names(database) == {"1": "Müller"}


def test_a_rejected_duplicate_is_kept_in_the_files_own_bytes(
    files: Files, database: Database
) -> None:
    content = f"{PRODUCTS}1,Müller\n2,b\n1,Jäger\n".encode("cp1252")
    load_products(files, content, "windows-1252")
    assert raw_records(database) == ["1,Jäger".encode("cp1252")]


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (PRODUCTS.encode("utf-8-sig"), "cp1252", "Write encoding: utf-8."),
        (PRODUCTS.encode("utf-16"), "latin-1", "Write encoding: utf-16."),
        (PRODUCTS.encode("utf-16-le"), "utf-16", "utf-16-le, or utf-16-be"),
        (PRODUCTS.encode(), "utf-16", "does not begin with the mark"),
        (b"", "cp1252", "is empty"),
        (b"", "utf-16-le", "is empty"),
        (PRODUCTS.encode("utf-16"), "utf-8", "encoding: utf-16"),
    ],
)
def test_a_file_that_begins_with_another_encoding_is_refused(
    files: Files, database: Database, content: bytes, encoding: str, says: str
) -> None:
    files.write("products.csv", content)
    files.write_mapping(MAPPING.format(encoding))
    for result in (files.load("--mode", "append"), files.check("--max-rejects", "9%")):
        assert result.exit_code == 1
        assert says in result.output


def test_a_file_cut_off_in_its_compressed_bytes_is_refused_in_any_encoding(
    files: Files, database: Database
) -> None:
    for content in (b"", gzip.compress(PRODUCTS.encode())[:12]):
        files.write("products.csv.gz", b"\x1f\x8b" + content)
        files.write_mapping(MAPPING.format("cp1252"))
        result = files.load("--mode", "append")
        assert result.exit_code == 1
        assert "cannot be read to its end" in result.output


@pytest.mark.parametrize("name", ["utf-32", "hex", "rot13", "cp037", "shift_jis", "no"])
def test_an_encoding_in_which_records_cannot_be_told_apart_is_refused(
    files: Files, database: Database, name: str
) -> None:
    files.write("products.csv", PRODUCTS)
    files.write_mapping(MAPPING.format(name))
    result = files.load()
    assert result.exit_code == 2
    assert f"'{name}' is not an encoding such as" in result.output


def test_rejected_records_are_shown_in_the_letters_of_their_encoding(
    files: Files, database: Database
) -> None:
    record = ",café à 5 €"
    for encoding in ("cp1252", "utf-16-le"):
        load_products(files, (PRODUCTS + record + "\n").encode(encoding), encoding)
        assert raw_records(database)[-1] == record.encode(encoding)
        assert record in files.run("rejects").output
        tried = files.load("--mode", "append", "--dry-run", "--force").output
        assert f"products.csv line 2: missing value in product_id: {record}" in tried
    out = files.folder.parent / "rejects.csv"
    files.run("rejects", "--out", str(out))
    text = out.read_text("utf-8")
    assert text.count(record) == 2
    # what none of the encoding's letters is stays an escape
    load_products(files, b"product_id,product_name\na,\x81\xe9\n", "cp1252")
    assert "a,\\x81é" in files.run("rejects").output


def test_rejects_of_a_loader_that_knew_no_encodings_stay_and_are_added_to(
    files: Files, database: Database
) -> None:
    load_products(files, b"product_id,product_name\n,caf\xc3\xa9\n", "utf-8")
    database.rows("alter table raw_shop.rejected_rows drop column encoding")
    load_products(files, b"product_id,product_name\n,th\xe9\n", "cp1252")
    said = files.run("rejects").output
    assert ",café" in said
    assert ",thé" in said
