"""Word lists that attribution reads: reporting verbs, titles, bodies that speak."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPEECH_VERBS = _words(
    """
    accuse acknowledge add admit affirm agree allege announce answer argue ask assert assure believe boast call
    caution cite claim comment complain concede conclude confirm contend counter declare demand deny describe
    dismiss dispute emphasise emphasize estimate expect explain fear hint hope indicate inform insist joke
    maintain mention note object observe pledge point post predict promise protest put quip read reassure recall
    reckon recommend recount reiterate reject remark remind repeat reply report respond retort reveal rule say
    signal state stress suggest swear tell testify think tweet urge vow warn write
    """
)
# Reporting verbs with plenty of other uses: they count only with a quotation or a clause that they report.
NEEDS_CLAUSE = _words(
    """
    ask believe call cite describe expect fear find hint hope note point post put read report rule think
    """
)
# The plainest ones: trusted even where the parser lost their subject.
PLAIN_VERBS = _words("say tell add reply explain")
# Words before a name that are not part of it.
TITLES = _words(
    """
    acting admiral agriculture ambassador analyst archbishop attorney bishop british capt captain chairman
    chairwoman chancellor chief cllr coach col colonel commander constable councillor dame defence defense
    deputy detective director dr economist economy education energy engineer environment epidemiologist farm
    father finance foreign former gen general gov governor head health home imam inspector interior judge
    justice king labor labour lady lawyer leader lieutenant lord major manager mayor minister miss mr mrs ms
    pope president prime prince princess prof professor prosecutor queen rabbi rep secretary sen senator senior
    sergeant sgt sheikh sir sister spokesman spokesperson spokeswoman state superintendent trade transport
    treasury u.s. uk union us veteran vice
    """
)
# Nouns for bodies rather than persons: "the ministry said" does not make the ministry a "he" or "she".
BODIES = _words(
    """
    agency army association authority bank board body brigade bureau cabinet center centre city club college
    commission committee company contractor council court department embassy federation firm force foundation
    fund government group hospital house institute league letter log memo ministry movement network office
    operator organisation organization outfit owner paper party police post regulator report service society
    statement study survey team union university
    """
)
GENDERED_TITLES = {"mr": "m", "sir": "m", "lord": "m", "mrs": "f", "ms": "f", "miss": "f", "dame": "f", "lady": "f"}
PRONOUN_GENDER = {"he": "m", "she": "f"}
