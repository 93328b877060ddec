"""Made-up names of artists, albums and tracks in several scripts, each drawn from 64 bits of chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """A language's words, and how its names are put together.

    Attributes:
        country: The two letters that open an ISRC.
        share: How many of 100 artists have this style.
        given: Words that open an artist's name, `{a}` in a pattern.
        family: Words that end it, `{b}` and `{c}`.
        artist_patterns: How an artist's name is put together.
        opening: Words that open a title, `{a}`.
        things: Words that end it, `{b}` and `{c}`.
        title_patterns: How a title is put together.
        genres: The genres of its artists, by the broad genre that they belong to.
    """

    country: str
    share: int
    given: tuple[str, ...]
    family: tuple[str, ...]
    artist_patterns: tuple[str, ...]
    opening: tuple[str, ...]
    things: tuple[str, ...]
    title_patterns: tuple[str, ...]
    genres: Mapping[str, tuple[str, ...]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_ENGLISH = Style(
    country="GB",
    share=40,
    given=_words(
        "Velvet Paper Copper Hollow Lunar Quiet Salt Amber Northern Glass Tin Feral Crooked Borrowed Gilded Static "
        "Wicker Cobalt Merrin Tavi Joram Bexley Odalie Perrin Ansel Fenna Corwin Isolde"
    ),
    family=_words(
        "Lanterns Harbourmen Orchard Signals Pylons Sparrowhawk Tidewater Almanac Cartographers Foundry Meridian "
        "Quillfeather Thornaby Vandermoor Ashgrove Pennyworthy Larkspur Undertow Semaphore Weathervane Kestrelle "
        "Marrowby Saltmarsh Hexham-Voss"
    ),
    artist_patterns=_lines("{a} {b}|{a} {b}|{a} {b}|The {a} {b}|{b} & {c}|{a} {b} Ensemble|DJ {b}|{a} & the {b}"),
    opening=_words(
        "Paper Neon Slow Broken Golden Last Silent Burning Electric Distant Wild Hollow Second Borrowed Falling "
        "Summer Midnight Winter Heavy Tender Faraway Crystal Restless Little"
    ),
    things=_words(
        "Rivers Windows Engines Letters Mountains Weather Satellites Gardens Horses Tides Machines Streets Shadows "
        "Lanterns Promises Seasons Mirrors Cities Thunder Harbour Stairs Ghosts Feathers Maps Wires Islands Bells"
    ),
    title_patterns=_lines(
        "{a} {b}|{a} {b}|{b}|The {a} {b}|{b} and {c}|{a} {b}, {a} {c}|We Were {b}|Don't Tell the {b}|How {a} Is "
        "the {b}?|{b} in the {c}|{a} as {b}|No More {b}"
    ),
    genres={
        "pop": _lines("indie pop|dream pop|synthpop"),
        "rock": _lines("post-punk|garage rock"),
        "metal": _lines("metalcore|doom metal"),
        "hip hop": _lines("trap|uk drill"),
        "electronic": _lines("techno|drum and bass"),
        "ambient": _lines("drone"),
        "classical": _lines("minimalism"),
        "folk": _lines("singer-songwriter|folk rock"),
        "r&b": _lines("neo soul"),
    },
)

_SPANISH = Style(
    country="ES",
    share=9,
    given=_words("Íñigo Maité Ximena Ñusta Raúl Inés Belén Óscar Araceli Nerea Martín Lucía"),
    family=_words("Peñalar Quiñonal Cárdalo Almendrín Vejarán Sotomaño Zurbarín Olmedàn Ibáñoz Ríoseco Añorga"),
    artist_patterns=_lines("{a} {b}|{a} {b}|Los {b}|{a} y {b}|La Niña {b}"),
    opening=_words("Última Pequeña Lejana Dulce Mañana Después Jamás Todavía Quizás Corazón"),
    things=_words("canción niñez lluvia montaña ilusión frontera luciérnaga ciudad señal orilla almohada estación"),
    title_patterns=_lines("{a} {b}|¿{a} {b}?|¡{a}!|{a} de {b}|La {b} y la {c}|Sin {b}"),
    genres={
        "latin": _lines("música mexicana|cumbia|reggaeton"),
        "folk": _lines("flamenco"),
        "hip hop": _lines("rap español"),
        "pop": _lines("música popular"),
    },
)

_PORTUGUESE = Style(
    country="BR",
    share=6,
    given=_words("João Conceição Antônio Zélia Caetana Inácio Thaís Otávio Luísa Jacó"),
    family=_words("Maranhôa Guimarinho Brandãozal Sertório Pirajuí Araçoiaba Magalhó Caxambeira Itaguaçá"),
    artist_patterns=_lines("{a} {b}|{a} {b}|Trio {b}|{a} & {b}"),
    opening=_words("Canção Manhã Ilusão Saudade Coração Verão Solidão Última Avião"),
    things=_words("estação mar sertão manhã vitória fogão pão constelação algodão chão avó"),
    title_patterns=_lines("{a} de {b}|{a} {b}|{a}|Não Há {b}|Entre {b} e {c}"),
    genres={
        "latin": _lines("samba|forró|sertanejo"),
        "pop": _lines("nova mpb|música popular"),
        "hip hop": _lines("trap brasileiro"),
    },
)

_FRENCH_GERMAN_NORDIC = Style(
    country="FR",
    share=7,
    given=_words("Éloïse Gaëtane Søren Jürgen Åsa Zoé Anaïs Günther Bjørg Théodore Maëlle"),
    family=_words("Lefêvreau Duchâtelin Müllerin Grünwalder Ångstræd Brückmayr Sæther-Lyng Crèvecœurs Höhlbaum"),
    artist_patterns=_lines("{a} {b}|{a} {b}|{a} et les {b}|{b}|Les {b}"),
    opening=_words("Été Déjà Forêt Nuit Größe Fjærne Über Après Là-bas Schöne"),
    things=_words("mémoire lumière Straße fenêtre Mädchen rêve sjø océan Häuser étoile Träume cœur"),
    title_patterns=_lines("{a} {b}|L’{b}|{a}, {b}|Ma {b}|{b} / {c}"),
    genres={
        "folk": _lines("chanson québécoise|nordic folk"),
        "pop": _lines("variété française|deutschpop"),
        "electronic": _lines("électro"),
        "metal": _lines("norsk metal"),
        "hip hop": _lines("rap français"),
    },
)

_POLISH_CZECH_TURKISH = Style(
    country="PL",
    share=6,
    given=_words("Łucja Żaneta Jiří Zdeněk Gökçe Çağla İlker Świętosław Ondřej Şebnem"),
    family=_words("Wąsikowska Żółtański Křehlík Dvořáčný Yıldızhan Gümüşoğul Šťastník Ćmielnik Ağaçdelen"),
    artist_patterns=_lines("{a} {b}|{a} {b}|{b}|{a} i {b}"),
    opening=_words("Ostatnia Žlutá Cicha Güneş Zimní Żegnaj Příští Kırık Bílá Daleko"),
    things=_words("łąka źródło řeka gökyüzü dąb štěstí yağmur jesień příběh gwiazda öykü"),
    title_patterns=_lines("{a} {b}|{a}|{b}|{b} i {c}|{a}... {b}"),
    genres={
        "pop": _lines("polski pop|türkçe pop"),
        "rock": _lines("česká alternativa"),
        "jazz": _lines("polski jazz"),
        "hip hop": _lines("polski hip-hop"),
    },
)

_CYRILLIC = Style(
    country="RU",
    share=8,
    given=_words("Северный Тихий Зимний Лесной Оленья Полярный Медная Ночной Їжак Стеклянный"),
    family=_words("Маяк Трамвай Оркестр Ветерок Причал Снегопад Телеграф Перелесок Звездочёт Пароход"),
    artist_patterns=_lines("{a} {b}|{a} {b}|{b} и {c}|{b}"),
    opening=_words("Последний Дальний Белый Первый Старый Тёплый Синий Забытый Мой Твой"),
    things=_words("снег дождь поезд берег город вечер сон огонь голос дом край след"),
    title_patterns=_lines("{a} {b}|{b}|{b} и {c}|Не {b}, а {c}|{a} {b} ({c})"),
    genres={
        "rock": _lines("инди|russian indie"),
        "pop": _lines("українська поп-музика"),
        "electronic": _lines("русский техно"),
        "hip hop": _lines("русский рэп"),
    },
)

_GREEK = Style(
    country="GR",
    share=4,
    given=_words("Ορφεία Λεύκιος Θάλεια Ζήνων Αρετούσα Φοίβη Κλέων"),
    family=_words("Ανεμοδούρης Θαλασσινίδης Φεγγαρόπετρα Κυματιανός Ελαιώνας Μελισσανός"),
    artist_patterns=_lines("{a} {b}|{a} {b}|{b}|Οι {b}"),
    opening=_words("Μικρή Χαμένη Γαλάζια Τελευταία Μακρινή Παλιά Καλοκαιρινή"),
    things=_words("θάλασσα νύχτα βροχή αγάπη γη πόλη σελήνη σκιά φωνή"),
    title_patterns=_lines("{a} {b}|{b}|{b} και {c}|Χωρίς {b}"),
    genres={
        "folk": _lines("έντεχνο|λαϊκό"),
        "pop": _lines("greek pop"),
    },
)

_JAPANESE = Style(
    country="JP",
    share=8,
    given=_words("夜明け 透明 青空 硝子 銀色 さくら ミカヅキ 雨音 月影 コトリ"),
    family=_words("郵便局 観測所 レコード 少年団 カメラ 図書室 水族館 ラジオ メトロ 植物園"),
    artist_patterns=_lines("{a}{b}|{a}{b}|{a}と{b}|{b}|{a}の{b}"),
    opening=_words("遠い 最後の 小さな 眠れない 君と 真夜中の 消えた はじまりの 白い"),
    things=_words("手紙 夏 花火 星座 電車 海 約束 夢 季節 ひかり 街 雪"),
    title_patterns=_lines("{a}{b}|{b}|{b}と{c}|{b}、{c}|{a}{b}〜{c}〜"),
    genres={
        "pop": _lines("j-pop|city pop|シティポップ"),
        "rock": _lines("j-rock"),
        "electronic": _lines("vocaloid"),
        "metal": _lines("j-metal"),
        "ambient": _lines("環境音楽"),
    },
)

_KOREAN = Style(
    country="KR",
    share=6,
    given=_words("달빛 새벽 푸른 파도 구름 하얀 은하 별빛 여름"),
    family=_words("정거장 도서관 소년 고래 우체국 라디오 정원 수족관 나침반"),
    artist_patterns=_lines("{a}{b}|{a} {b}|{a} {b}|{b}"),
    opening=_words("마지막 너의 조용한 그날의 먼 작은 우리의 어제의"),
    things=_words("노래 바다 편지 계절 밤 기차 꿈 약속 거리 별"),
    title_patterns=_lines("{a} {b}|{b}|{b}와 {c}|{a} {b}, {c}"),
    genres={
        "pop": _lines("k-pop|인디"),
        "r&b": _lines("korean r&b"),
        "hip hop": _lines("k-rap"),
        "folk": _lines("k-indie"),
    },
)

_ARABIC = Style(
    country="EG",
    share=4,
    given=_words("نسيم ياقوت سُهى جُمان ريحان بدران ليلك"),
    family=_words("الشاطبيّ القمريّة النورسي المرجانيّ الزعفراني البحّار"),
    artist_patterns=_lines("{a} {b}|{a} {b}|فرقة {b}|{a} و{c}"),
    opening=_words("آخر صوت حكاية طريق أغنية قلب"),
    things=_words("البحر الليل المدينة المطر الغياب النجوم الورد الرحيل"),
    title_patterns=_lines("{a} {b}|{b}|{b} و{c}|يا {b}"),
    genres={
        "pop": _lines("arabic pop|khaleeji"),
        "folk": _lines("موسيقى عربية"),
        "hip hop": _lines("arabic rap"),
    },
)

# Emoji (also joined ones), letters with combining marks, full-width letters: what breaks careless programs.
_PLAYFUL = Style(
    country="QZ",
    share=2,
    given=_lines("lumen 🌙|Noe\u0301mi Va\u030ale|Z\u0334a\u0335lka|ｗａｖｅｆｏｒｍ|👩‍🚀 Vela|ĸoʀu|x̲o̲r̲a̲"),
    family=_lines("club|✦|🌊🌊|404|.exe|machine e\u0301toile|(◕‿◕)"),
    artist_patterns=_lines("{a} {b}|{a} {b}|{a}"),
    opening=_lines("error 🌧️|<untitled>|hello & goodbye|“quoted”|1,000 %|🏳️‍🌈 flags"),
    things=_lines("v2.0|🌸|O'Clock|a/b; c|ñ̃andu\u0301|null"),
    title_patterns=_lines("{a} {b}|{b}|{a}|{b} + {c}"),
    genres={
        "pop": _lines("hyperpop|póst-internet"),
        "electronic": _lines("vaporwave|glitch"),
    },
)

STYLES = (
    _ENGLISH,
    _SPANISH,
    _PORTUGUESE,
    _FRENCH_GERMAN_NORDIC,
    _POLISH_CZECH_TURKISH,
    _CYRILLIC,
    _GREEK,
    _JAPANESE,
    _KOREAN,
    _ARABIC,
    _PLAYFUL,
)
_STYLE_BY_PERCENT = tuple(style for style in STYLES for _ in range(style.share))

_ALBUM_ENDINGS = (" (Deluxe Edition)", " (Live)", ", Vol. 2", " EP", ": The Remixes")
_TRACK_ENDINGS = (" - Live", " (Acoustic)", " - Remastered 2011", " (Interlude)", " - Radio Edit", " (Demo)")
_LABEL_ENDINGS = ("Records", "Recordings", "Music Group", "Tapes", "Discos", "Ediciones Nuevas")


def pick_style(bits: int) -> Style:
    """Pick an artist's style."""
    return _STYLE_BY_PERCENT[bits % len(_STYLE_BY_PERCENT)]


def pick_title_style(style: Style, bits: int) -> Style:
    """Pick the style of an album's or a track's title: mostly the artist's own, at times English."""
    return _ENGLISH if bits % 5 == 0 else style


def make_artist_name(style: Style, bits: int) -> str:
    """Make the name of an artist."""
    return _compose(style.artist_patterns, style.given, style.family, bits)


def make_new_artist_name(name: str, style: Style, bits: int) -> str:
    """Make the name an artist takes on after `name`; always another one."""
    way = bits & 3
    if way == 0 and name.upper() != name:
        return name.upper()
    if way == 1:
        return f"{name} ✶"
    new_name = make_artist_name(style, bits >> 8)
    return new_name if new_name != name else f"{name} II"


def make_album_name(style: Style, bits: int) -> str:
    """Make the title of an album."""
    return _make_title(style, bits, _ALBUM_ENDINGS)


def make_track_name(style: Style, bits: int) -> str:
    """Make the title of a track."""
    return _make_title(style, bits, _TRACK_ENDINGS)


def make_label(bits: int) -> str:
    """Make the name of a record label."""
    return f"{_ENGLISH.family[bits % len(_ENGLISH.family)]} {_LABEL_ENDINGS[(bits >> 8) % len(_LABEL_ENDINGS)]}"


def pick_genres(style: Style, bits: int) -> tuple[str, str, list[str]]:
    """Pick what an artist plays.

    Returns:
        The broad genre, the genre within it that the artist sounds like, and the genres that the Web API gives:
        often none, at most three, the broad one among them now and then, so that genres connect the styles.
    """
    families = tuple(style.genres)
    family = families[(bits >> 9) % len(families)]
    pool = (*style.genres[family], family)
    start = (bits >> 16) % len(style.genres[family])
    count = (0, 0, 0, 1, 1, 2, 2, 3)[bits & 7]
    return family, pool[start], list(dict.fromkeys(pool[(start + step) % len(pool)] for step in range(count)))


def _make_title(style: Style, bits: int, endings: tuple[str, ...]) -> str:
    title = _compose(style.title_patterns, style.opening, style.things, bits)
    return title + endings[(bits >> 50) % len(endings)] if (bits >> 56) % 9 == 0 else title


def _compose(patterns: tuple[str, ...], openings: tuple[str, ...], endings: tuple[str, ...], bits: int) -> str:
    second = (bits >> 24) % len(endings)
    # Never the same word twice.
    third = (second + 1 + (bits >> 36) % (len(endings) - 1)) % len(endings)
    return patterns[bits % len(patterns)].format(
        a=openings[(bits >> 12) % len(openings)], b=endings[second], c=endings[third]
    )
