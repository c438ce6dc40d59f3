"""The words that edits put for one another, and those in whose company they leave a claim alone."""


def _words(text: str) -> list[str]:
    return text.split()


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEEKDAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = _words("January February March April May June July August September October November December")
SMALL = _words(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
    """
)
TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
WORDS = {w: n for n, w in enumerate(SMALL)} | {t: 10 * n for n, t in enumerate(TENS, 2)}
WORDS |= {f"{t}-{SMALL[u]}": 10 * n + u for n, t in enumerate(TENS, 2) for u in range(1, 10)}
UNITS = {  # a unit, and how many of a smaller one it is
    "kilometres": (1000, "metres"),
    "kilometers": (1000, "meters"),
    "metres": (100, "centimetres"),
    "tonnes": (1000, "kilograms"),
    "hours": (60, "minutes"),
    "minutes": (60, "seconds"),
    "days": (24, "hours"),
    "weeks": (7, "days"),
    "years": (12, "months"),
    "kilograms": (1000, "grams"),
    "kilos": (1000, "grams"),
}
# Base, past, participle and -ing of two verbs; "neither" is a third case, so that "not" leaves room.
ANTONYMS = [
    tuple(_words(side) for side in line.split("/"))
    for line in """\
rise rose risen rising/fall fell fallen falling
increase increased increased increasing/decrease decreased decreased decreasing
approve approved approved approving/reject rejected rejected rejecting
accept accepted accepted accepting/reject rejected rejected rejecting
ratify ratified ratified ratifying/reject rejected rejected rejecting
open opened opened opening/close closed closed closing
reopen reopened reopened reopening/close closed closed closing
win won won winning/lose lost lost losing
support supported supported supporting/oppose opposed opposed opposing
back backed backed backing/oppose opposed opposed opposing
favour favoured favoured favouring/oppose opposed opposed opposing
strengthen strengthened strengthened strengthening/weaken weakened weakened weakening
improve improved improved improving/worsen worsened worsened worsening
raise raised raised raising/lower lowered lowered lowering
allow allowed allowed allowing/forbid forbade forbidden forbidding
permit permitted permitted permitting/forbid forbade forbidden forbidding
lift lifted lifted lifting/tighten tightened tightened tightening
widen widened widened widening/narrow narrowed narrowed narrowing
convict convicted convicted convicting/acquit acquitted acquitted acquitting
grow grew grown growing/shrink shrank shrunk shrinking
expand expanded expanded expanding/shrink shrank shrunk shrinking
uphold upheld upheld upholding/overturn overturned overturned overturning
advance advanced advanced advancing/retreat retreated retreated retreating
grant granted granted granting/refuse refused refused refusing
admit admitted admitted admitting/deny denied denied denying
welcome welcomed welcomed welcoming/condemn condemned condemned condemning
confirm confirmed confirmed confirming/deny denied denied denying
lock locked locked locking/unlock unlocked unlocked unlocking
shut shut shut shutting/open opened opened opening
lengthen lengthened lengthened lengthening/shorten shortened shortened shortening""".splitlines()
]
EVENTS = _set(
    """
    vote election elections meeting talks match fire explosion storm trial hearing raid strike flood earthquake attack
    merger summit ceremony funeral accident crash war verdict concert game blast ballot debate collision landslide
    signing
    """
)
# What one does to another; and those whose participle is not their past.
DEEDS = _set(
    """
    accuse acquire acquit arrest attack beat betray blame bribe capture charge choose contact criticise defeat detain dismiss
    expel finance follow fund hire hit interview invite kidnap kill meet nominate outbid outvote overtake phone
    praise question ram replace rescue sack shoot stab strike succeed sue summon teach telephone thank threaten train visit warn
    """
)
IRREGULAR = {"beat": "beaten", "overtook": "overtaken", "chose": "chosen"}
# What is one thing though its noun is plural.
WHOLES = _set("authorities costs flames losses parties people police results sides talks terms")
NEGATIVE = _set(
    """
    although barely because cannot could deny doubt except fail few fewer hardly if impossible lack less little may
    might n't neither never no nobody none nor not nothing nowhere only refuse scarcely should than though unless
    unlikely until whether without would
    """
)
# Words that mean something else below a negation.
PARTIAL = _set(
    """
    about again all almost already also always another any both but each either else even ever every first half just
    last least long many more most nearly often once or same several some still too yet
    """
)
# Words before a number that make it another one.
HEDGES = _set(
    """
    a about all almost an and another around between by every exactly first from her his its last least most nearly
    next no of only other over past roughly some than the their these those to under up at minus within
    """
)
# Verbs of what lasts: it can be so on two days.
STATES = _set(
    """
    be believe belong contain continue cost depend expect have hold hope keep know last live mean need own remain sing sit stand stay
    want work
    """
)
# What only several do together.
TOGETHER = _set(
    """
    agree be consist destroy differ divide fall form gather have include make marry meet number outnumber share surround talk
    total
    """
)
# Dependencies that open a clause of their own.
CLAUSES = _set("acl advcl appos ccomp conj csubj parataxis pcomp relcl xcomp")
