"""Names that belong to nobody, and the ways agencies get them wrong.

Forenames are common ones, surnames are put together from syllables that make no family's name, postcodes lie in ZZ,
where no post is delivered. Here: names and misspellings. Not here: who has which (`assets.synthetic.people`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Text = npt.NDArray[np.object_]

GIRLS = {
    "Elizabeth": "Lizzie",
    "Katherine": "Katie",
    "Isabella": "Bella",
    "Charlotte": "Lottie",
    "Abigail": "Abbie",
    "Amelia": "Millie",
    "Alexandra": "Alex",
    "Eleanor": "Ellie",
    "Jessica": "Jess",
    "Matilda": "Tilly",
    "Rebecca": "Becky",
    "Samantha": "Sam",
    "Victoria": "Vicky",
    "Francesca": "Fran",
    "Gabriella": "Gabby",
    "Olivia": "Liv",
    "Emily": "Em",
    "Sophia": "Sophie",
    "Georgia": "Georgie",
    "Natasha": "Tash",
    "Ava": "Ava",
    "Grace": "Gracie",
    "Freya": "Freya",
    "Aisha": "Aisha",
    "Fatima": "Fatima",
    "Zainab": "Zainab",
    "Amina": "Amina",
    "Priya": "Priya",
    "Oliwia": "Oliwia",
    "Maya": "Maya",
    "Chloe": "Chlo",
    "Ruby": "Ruby",
    "Poppy": "Poppy",
    "Scarlett": "Scarlett",
    "Evie": "Evie",
    "Daisy": "Daisy",
    "Niamh": "Niamh",
    "Esme": "Esme",
    "Lola": "Lola",
    "Hannah": "Hannah",
}
BOYS = {
    "William": "Billy",
    "Alexander": "Alex",
    "Benjamin": "Ben",
    "Thomas": "Tommy",
    "Joseph": "Joe",
    "Samuel": "Sam",
    "Daniel": "Danny",
    "Matthew": "Matt",
    "Joshua": "Josh",
    "Christopher": "Chris",
    "Nathaniel": "Nate",
    "Edward": "Teddy",
    "Frederick": "Freddie",
    "Theodore": "Theo",
    "Zachary": "Zac",
    "Oliver": "Ollie",
    "James": "Jamie",
    "Michael": "Mikey",
    "Nicholas": "Nick",
    "Robert": "Bobby",
    "Mohammed": "Mo",
    "Muhammad": "Mo",
    "Jakub": "Kuba",
    "Yusuf": "Yusuf",
    "Ibrahim": "Ibrahim",
    "Arjun": "Arjun",
    "Harry": "Harry",
    "Jack": "Jack",
    "Noah": "Noah",
    "Leo": "Leo",
    "Oscar": "Oscar",
    "Archie": "Archie",
    "Riley": "Riley",
    "Kai": "Kai",
    "Tyler": "Ty",
    "Mason": "Mason",
    "Finley": "Fin",
    "Logan": "Logan",
    "Ethan": "Ethan",
    "Luca": "Luca",
}
_BEGINNINGS = (
    "Bram",
    "Quen",
    "Thros",
    "Wyl",
    "Cald",
    "Ferro",
    "Gand",
    "Hesk",
    "Ilver",
    "Jorr",
    "Kelm",
    "Larn",
    "Mord",
    "Nimb",
    "Orp",
    "Pell",
    "Ravv",
    "Skel",
    "Trem",
    "Ulv",
    "Varn",
    "Wex",
    "Yarb",
    "Zeb",
    "Drov",
    "Elsp",
    "Fenn",
    "Grith",
)
_MIDDLES = ("a", "e", "i", "o", "ad", "em", "ing", "ol", "ur", "ack", "est", "ill")
_ENDINGS = (
    "wick",
    "thorpe",
    "quist",
    "by",
    "stead",
    "more",
    "ley",
    "worth",
    "gast",
    "dane",
    "combe",
    "ridge",
    "vane",
    "ton",
)


def forenames(girl: npt.NDArray[np.bool_], rng: np.random.Generator) -> tuple[Text, Text]:
    """A forename for each person, and what the person is called for short (the same where there is no such)."""
    long = np.array([list(GIRLS), list(BOYS)], dtype=object)
    short = np.array([list(GIRLS.values()), list(BOYS.values())], dtype=object)
    # Some names are far commoner than others.
    pick = (rng.random(girl.size) ** 1.6 * long.shape[1]).astype(int)
    side = np.where(girl, 0, 1)
    return long[side, pick], short[side, pick]


def surnames(count: int, rng: np.random.Generator) -> Text:
    """So many invented surnames, some of them the same."""
    parts = [
        np.array(part, dtype=object)[rng.integers(0, len(part), count)] for part in (_BEGINNINGS, _MIDDLES, _ENDINGS)
    ]
    return parts[0] + parts[1] + parts[2]


def postcodes(numbers: npt.NDArray[np.int64]) -> Text:
    """A postcode of the area ZZ for each number of a home, so that neighbours share one."""
    letters = np.array(list("ABDEFGHJLNPQRSTUWXYZ"), dtype=object)
    street = numbers // 14
    district, rest = 1 + street % 89, street // 89
    sector, rest = rest % 10, rest // 10
    return (
        "ZZ"
        + district.astype(str).astype(object)
        + " "
        + sector.astype(str).astype(object)
        + letters[rest % 20]
        + letters[(rest // 20 + street) % 20]
    )


def misspelt(names: Text, rng: np.random.Generator) -> Text:
    """Each name with one slip of the keyboard: two letters changed about, one left out, one doubled."""
    places, kinds = rng.random(names.size), rng.integers(0, 3, names.size)
    return np.array([_slip(name, place, kind) for name, place, kind in zip(names, places, kinds, strict=True)], object)


def _slip(name: str, place: float, kind: int) -> str:
    if len(name) < 3:
        return name + name[-1]
    at = 1 + int(place * (len(name) - 2))
    if kind == 0:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + (name[at + 1 :] if kind == 1 else name[at] + name[at:])


def nhs_numbers(index: npt.NDArray[np.int64]) -> Text:
    """A number with a right check digit for each index below 50 million; all begin with 9, which is given to nobody."""
    # Of an even number and the next one, at least one has a check digit: their sums differ by two.
    body = 900_000_000 + 2 * index
    check = _nhs_check(body)
    body = np.where(check == 10, body + 1, body)
    return (body * 10 + _nhs_check(body)).astype(str).astype(object)


def _nhs_check(body: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    total = np.zeros_like(body)
    for place in range(9):
        total += (10 - place) * (body // 10 ** (8 - place) % 10)
    check = 11 - total % 11
    return np.where(check == 11, 0, check)


def pupil_numbers(lea: str, index: npt.NDArray[np.int64]) -> Text:
    """A unique pupil number for each index below a thousand million: check letter, authority, running number."""
    body = int(lea) * 1_000_000_000 + index
    total = np.zeros_like(body)
    for place in range(12):
        total += (place + 2) * (body // 10 ** (11 - place) % 10)
    letters = np.array(list("ABCDEFGHJKLMNPQRTUVWXYZ"), dtype=object)
    return letters[total % 23] + np.char.zfill(body.astype(str), 12).astype(object)
