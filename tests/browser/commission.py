"""The commission's side of the verifier's tests: it signs badges and publishes lists, also such as it never would."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from accreditation.accounts.roles import PRINT_DESK
from accreditation.credentials import keyring
from accreditation.credentials.badge_states import BADGE
from accreditation.credentials.badges import Badge
from accreditation.credentials.listing import SignedList
from accreditation.credentials.payload import BadgeFacts, address_of, code_number, code_of, packed
from accreditation.credentials.signatures import signed_badge, signed_list
from accreditation.credentials.signed_list import (
    ListContents,
    ListedCategory,
    ListedElection,
    ListedKey,
    ListedMission,
)
from accreditation.credentials.signed_list import packed as packed_list
from tests.badges import make_keys
from tests.factories import NOW, actor, make_staff, perform

HOUR = timedelta(hours=1)
VOID_SERIAL = bytes(range(50, 66))
ELECTION, CATEGORY = 7, 12
VOTE = {"en": "Parliamentary election, 20 December 2026", "az": "Parlament seçkiləri, 20 dekabr 2026"}
OBSERVER = {"en": "International observer", "az": "Beynəlxalq müşahidəçi", "ar": "مراقب دولي"}
COMMISSION = {"en": "High Election Commission", "az": "Ali Seçki Komissiyası"}
MISSION = {"en": "Observer mission of the Commonwealth of Independent States"}
FACTS = BadgeFacts(
    key_id=1,
    serial=bytes(range(7, 23)),
    election=ELECTION,
    category=CATEGORY,
    valid_from=datetime(2026, 11, 20, 5, tzinfo=UTC),
    valid_until=datetime(2027, 2, 17, 20, tzinfo=UTC),
    photo_hash=bytes(8),
    mission="cis",
    name="VASILEVA Emiliya",
)


def address_on(badge: Badge) -> str:
    """What the QR code of a printed badge says."""
    return address_of(bytes(badge.signed or b""), "https://observers.cec.example")


def make_void(badge: Badge) -> None:
    """As the print desk does it."""
    perform(BADGE, badge.pk, "void", actor=actor(make_staff(PRINT_DESK)), now=NOW, reason="Test.")


def code_in_list(serial: bytes) -> int:
    return code_number(code_of(serial))


@dataclass
class Commission:
    """Keys in use, and the moment of its clock."""

    keys: dict[str, Any]
    now: datetime = NOW
    version: int = 1

    def badge(self, **changes: Any) -> bytes:
        """A signed badge."""
        facts = replace(FACTS, key_id=self.keys["badge"].number, **changes)
        return signed_badge(packed(facts), keyring.private_key(self.keys["badge"]))

    def address(self, site: str, **changes: Any) -> str:
        """What the QR code of such a badge says."""
        return address_of(self.badge(**changes), site)

    def list_of(self, *void: bytes, made_at: datetime | None = None, **changes: Any) -> bytes:
        """A signed list; `void` are serials."""
        self.version += 1
        badge_key, list_key = self.keys["badge"], self.keys["list"]
        contents = ListContents(
            key_id=list_key.number,
            version=self.version,
            made_at=made_at or self.now,
            keys={badge_key.number: ListedKey(bytes(badge_key.public))},
            elections={
                ELECTION: ListedElection(
                    VOTE, "Asia/Baku", freshness=timedelta(hours=12), commission=COMMISSION
                ),
            },
            categories={CATEGORY: ListedCategory(OBSERVER, "#0b5d6b")},
            missions={f"{ELECTION}/cis": ListedMission(MISSION)},
        )
        void_numbers = contents.void
        void_numbers.extend(sorted(code_in_list(serial) for serial in void))
        contents = replace(contents, **changes)
        return signed_list(packed_list(contents), keyring.private_key(list_key))

    def serve(self, content: bytes) -> None:
        """Let /v/list answer these bytes from now on, whatever they are."""
        last = SignedList.objects.order_by("-version").first()
        SignedList.objects.create(
            version=last.version + 1 if last else 1,
            made_at=self.now,
            key=self.keys["list"],
            void_badges=0,
            content=content,
            says=b"",
        )

    def publish(self, *void: bytes, **changes: Any) -> None:
        self.serve(self.list_of(*void, **changes))


def open_commission(settings: Any, folder: Any) -> Commission:
    """With keys of its own in `folder`."""
    settings.SIGNING_KEYS_DIR = str(folder / "keys")
    settings.PRIVATE_FILES_ROOT = str(folder / "private")
    return Commission(make_keys())
