"""Opening a datapackage: what is read, what is refused whole, and the refusal's message."""

import json
from hashlib import blake2b
from pathlib import Path

import pytest

from alongside_directory.listing.listing import read_directory
from alongside_directory.source import reader
from alongside_directory.source.errors import (
    AmbiguousTable,
    DamagedArchive,
    DirectoryError,
    LimitExceeded,
    MissingColumn,
    MissingTable,
    NotADatapackage,
)
from alongside_directory.source.reader import BadRow, Row, open_datapackage
from alongside_directory.source.tables import Table
from tests.unit.directory.sample_packages import GOOD_ROWS, csv_text, folder_of, zip_of, zipped

_ORGANISATIONS = b"id,name\no1,Harbour House\n"
_SERVICES = b"id,organization_id,name\ns1,o1,Grief circle\n"


def _rows(path: Path, table: Table) -> list[Row | BadRow]:
    with open_datapackage(path) as package:
        return list(package.rows(table))


def _refusal(path: Path) -> DirectoryError:
    with pytest.raises(DirectoryError) as caught:
        read_directory(path)
    assert caught.value.file in str(caught.value)
    assert caught.value.remedy in str(caught.value)
    return caught.value


def test_a_zip_and_a_folder_of_the_same_tables_give_the_same_services(tmp_path: Path) -> None:
    packed = read_directory(zip_of(tmp_path, zipped(GOOD_ROWS)))

    unpacked = read_directory(folder_of(tmp_path, GOOD_ROWS))

    assert packed.services == unpacked.services
    assert len(packed.services) == 1


def test_a_row_knows_the_line_it_begins_on_even_after_texts_of_several_lines(tmp_path: Path) -> None:
    organisations = b'id,name\r\no1,"Harbour\r\nHouse"\r\n\r\no2,Lighthouse\r\n'

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    assert [(row.origin.line, row.text("id")) for row in rows if isinstance(row, Row)] == [
        (2, "o1"),
        (5, "o2"),
    ]


def test_a_row_is_recognised_by_the_digest_of_its_lines(tmp_path: Path) -> None:
    organisations = b'id,name\r\no1,"Harbour\r\nHouse"\r\no2,Caf\xe9\no3,a,b\n'

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    texts = [b'o1,"Harbour\r\nHouse"', b"o2,Caf\xe9", b"o3,a,b"]
    assert [row.origin.digest(b"key") for row in rows] == [
        blake2b(text, digest_size=8, key=b"key").hexdigest() for text in texts
    ]
    assert {row.origin.path for row in rows} == {"organizations.csv"}


def test_column_names_may_be_in_capitals_and_the_file_may_begin_with_a_byte_order_mark(
    tmp_path: Path,
) -> None:
    organisations = "\ufeffID, Name \no1,Harbour House\n".encode()

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    assert [row.text("name") for row in rows if isinstance(row, Row)] == ["Harbour House"]


def test_a_row_with_too_few_or_too_many_fields_is_returned_as_bad_and_its_neighbours_are_read(
    tmp_path: Path,
) -> None:
    organisations = b"id,name\no1\no2,Lighthouse\no3,a,b\n"

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    assert [type(row) for row in rows] == [BadRow, Row, BadRow]
    assert [row.origin.line for row in rows] == [2, 3, 4]


def test_a_quote_that_is_never_closed_costs_one_bad_row_and_not_the_memory(tmp_path: Path) -> None:
    organisations = b'id,name\no1,"Harbour\n' + b"o2,Lighthouse\n" * 20_000

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    assert isinstance(rows[0], BadRow)
    assert sum(isinstance(row, Row) for row in rows) > 1_000


def test_a_field_beyond_the_limit_makes_its_row_bad(tmp_path: Path) -> None:
    organisations = b"id,name\no1," + b"x" * (reader.FIELD_CHARS_MAX + 1) + b"\no2,Lighthouse\n"

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    assert [type(row) for row in rows] == [BadRow, Row]


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252_and_nul_is_left_out(tmp_path: Path) -> None:
    organisations = b"id,name\no1,Caf\xe9 \x92round\x00 the corner\n"

    (row,) = _rows(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}), Table.ORGANIZATIONS
    )

    assert isinstance(row, Row)
    assert row.text("name") == "Café ’round the corner"
    assert row.recoded


def test_progress_is_reported_at_intervals_and_at_the_end_of_each_table(tmp_path: Path) -> None:
    organisations = b"id,name\n" + b"".join(b"o%d,House %d\n" % (number, number) for number in range(2_500))
    progress: list[tuple[str, int]] = []

    read_directory(
        zip_of(tmp_path, {"organizations.csv": organisations, "services.csv": _SERVICES}),
        lambda table, rows: progress.append((table, rows)),
    )

    assert progress == [
        ("organizations", 1_000),
        ("organizations", 2_000),
        ("organizations", 2_500),
        ("services", 1),
    ]


def test_hsds_3_table_and_column_names_are_understood(tmp_path: Path) -> None:
    files = {
        "organizations.csv": _ORGANISATIONS,
        "services.csv": b"id,organization_id,name,eligibility_description\ns1,o1,Grief circle,Adults\n",
        "locations.csv": b"id,latitude,longitude\nl1,25.7,-80.1\n",
        "service_at_location.csv": b"id,service_id,location_id\na1,s1,l1\n",
        "addresses.csv": b"location_id,region,postal_code,address_type\nl1,Miami-Dade,33136,physical\nl1,,33101,postal\n",
        "schedules.csv": b"service_at_location_id,byday,opens_at,closes_at\na1,MO,18:00,19:30\n",
        "languages.csv": b"service_id,name,code\ns1,Kreyol,ht\n",
        "taxonomies.csv": b"id,name\nx,AIRS\n",
        "taxonomy_terms.csv": b"id,code,name\n77,PN-8100.1000,Bereavement Support Groups\n",
        "attributes.csv": b"link_id,taxonomy_term_id,link_entity\ns1,77,service\nl1,77,location\n",
    }

    listing = read_directory(zip_of(tmp_path, files))

    (service,) = listing.services
    assert service.eligibility == "Adults"
    assert service.counties == ("Miami-Dade",)
    assert service.postal_codes == ("33136",)
    assert [schedule.weekday for schedule in service.schedules] == ["MO"]
    assert service.languages == {"ht"}
    assert [term.code for term in service.terms] == ["PN-8100.1000"]
    assert listing.quarantined == ()
    assert listing.counts[Table.SERVICE_TERMS].elsewhere == 1


def test_a_path_that_is_not_there_or_not_a_package_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    (tmp_path / "empty").mkdir()

    assert isinstance(_refusal(tmp_path / "nowhere.zip"), NotADatapackage)
    assert isinstance(_refusal(text), NotADatapackage)
    assert isinstance(_refusal(tmp_path / "empty"), NotADatapackage)
    assert isinstance(_refusal(zip_of(tmp_path, {"readme.md": b"hello"})), NotADatapackage)


def test_a_descriptor_that_is_not_json_is_refused(tmp_path: Path) -> None:
    files = {"datapackage.json": b"{", "organizations.csv": _ORGANISATIONS, "services.csv": _SERVICES}

    assert isinstance(_refusal(zip_of(tmp_path, files)), NotADatapackage)


@pytest.mark.parametrize(
    ("present", "missing"), [("organizations", "services"), ("services", "organizations")]
)
def test_a_package_without_services_or_organisations_is_refused(
    tmp_path: Path, present: str, missing: str
) -> None:
    refusal = _refusal(zip_of(tmp_path, {f"{present}.csv": csv_text(GOOD_ROWS[present]).encode()}))

    assert isinstance(refusal, MissingTable)
    assert f"{missing}.csv" in refusal.remedy


def test_two_files_for_one_table_are_refused_unless_the_descriptor_names_one(tmp_path: Path) -> None:
    files = {"organizations.csv": _ORGANISATIONS, "services.csv": _SERVICES, "old/services.csv": b"id\n"}
    descriptor = json.dumps({"resources": [{"path": "services.csv"}]}).encode()

    assert isinstance(_refusal(zip_of(tmp_path, files)), AmbiguousTable)
    assert len(read_directory(zip_of(tmp_path, {**files, "datapackage.json": descriptor})).services) == 1


def test_the_shadow_files_macs_put_into_zips_are_not_tables(tmp_path: Path) -> None:
    files = {
        "organizations.csv": _ORGANISATIONS,
        "services.csv": _SERVICES,
        "__MACOSX/._services.csv": b"\x00\x05",
    }

    assert len(read_directory(zip_of(tmp_path, files)).services) == 1


@pytest.mark.parametrize(
    "content", [b"id,title\ns1,Grief circle\n", b"", "id,organization_id,name\n".encode("utf-16")]
)
def test_a_table_without_a_column_it_needs_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal = _refusal(zip_of(tmp_path, {"organizations.csv": _ORGANISATIONS, "services.csv": content}))

    assert isinstance(refusal, MissingColumn)
    assert refusal.file == "services.csv"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    files = {
        "organizations.csv": _ORGANISATIONS,
        "services.csv": _SERVICES,
        "data/phones.csv": b"0" * 8_000_000,
    }

    refusal = _refusal(zip_of(tmp_path, files))

    assert isinstance(refusal, LimitExceeded)
    assert refusal.file == "data/phones.csv"


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("FILES_MAX", 1),
        ("TABLE_BYTES_MAX", 10),
        ("PACKAGE_BYTES_MAX", 20),
        ("ROWS_MAX", 0),
        ("LINE_CHARS_MAX", 5),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_package_beyond_a_limit_is_refused_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, packed: bool
) -> None:
    monkeypatch.setattr(reader, limit, value)

    path = zip_of(tmp_path, zipped(GOOD_ROWS)) if packed else folder_of(tmp_path, GOOD_ROWS)

    assert isinstance(_refusal(path), LimitExceeded)


def test_a_descriptor_beyond_its_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "DESCRIPTOR_BYTES_MAX", 1)

    assert isinstance(
        _refusal(zip_of(tmp_path, {**zipped(GOOD_ROWS), "datapackage.json": b"{}"})), LimitExceeded
    )


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"organizations.csv": _ORGANISATIONS * 50, "services.csv": _SERVICES})
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)

    assert isinstance(_refusal(path), DamagedArchive)


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, {"organizations.csv": _ORGANISATIONS, "services.csv": _SERVICES})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 0x1
    path.write_bytes(content)

    refusal = _refusal(path)

    assert isinstance(refusal, DamagedArchive)
    assert "encrypted" in refusal.what


def test_a_row_with_an_id_that_readers_of_listings_refuse_is_bad(tmp_path: Path) -> None:
    ids = ["s" * 255, "s" * 256, "a\nb", "a\tb", "a\x85b", "\xe4/\xdf"]
    services = b"id,organization_id,name\n" + "".join(f'"{it}",o1,Circle\n' for it in ids).encode()

    rows = _rows(
        zip_of(tmp_path, {"organizations.csv": _ORGANISATIONS, "services.csv": services}), Table.SERVICES
    )

    assert [type(row) for row in rows] == [Row, BadRow, BadRow, BadRow, BadRow, Row]
