"""Word lists that attribution reads: reporting verbs, titles, bodies that speak."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPEECH_VERBS = _words(
    """
    accuse acknowledge attribute blame calculate disclose relate shout specify whisper
    exclaim grumble interject lament muse mutter murmur scoff
    add admit affirm agree allege announce answer argue ask assert assure believe boast call
    caution cite claim comment complain concede conclude confirm contend counter declare demand deny describe
    dismiss dispute emphasise emphasize estimate expect explain fear hint hop hope indicate inform insist joke
    decline doubt maintain mention note object observe pledge point post predict promise protest put quip read reassure recall
    reckon recommend recount reiterate reject remark remind repeat reply report respond retort reveal rule say
    signal remember state stress suggest want wish swear tell testify think tweet urge vow warn write
    """
)
# ("hop" is what the lemmatiser makes of "hoped" and "hopes".)
# Reporting verbs with plenty of other uses: they count only with a quotation or a clause that they report.
NEEDS_CLAUSE = _words(
    """
    admit agree answer ask believe call cite decline describe doubt exclaim fear find grumble hint hop hope interject lament
    murmur muse mutter note point post put read report rule scoff think want wish
    """
)
# What a reporter sees somebody do.
GESTURES = _words("cry frown glance grin laugh lean look nod pause point shrug sigh smile tap turn wave weep wipe")
# The plainest ones: trusted even where the parser lost their subject.
PLAIN_VERBS = _words("say tell add reply explain")
# Words before a name that are not part of it.
TITLES = _words(
    """
    acting adm admiral agriculture amb ambassador analyst archaeologist archbishop attorney bishop brig brigadier british
    brother canon capt captain chairman chairperson chairwoman chancellor chief chief-executive cllr coach col
    colonel commander commissioner commodore congressman congresswoman constable convener corporal councillor councilman
    councilwoman curator dame dean defence defense deputy deputy-minister detective director dr economist
    economy education energy engineer environment envoy epidemiologist executive farm farmer father federal
    finance fire foreign former gen general goalkeeper gov governor head health historian home imam inspector
    interior judge justice king labor labour lady lawyer leader lieutenant local lord major manager marshal
    mayor midfielder minister miss mother mr mrs ms national negotiator nurse police pope premier president
    prime prince princess principal private prof professor prosecutor provincial queen rabbi rear rear-admiral rector regional rep
    retired rev reverend secretary sen senator senior sergeant sgt sheikh sheriff sir sister skipper spokesman spokesperson
    spokeswoman state striker superintendent surgeon teacher trade transport treasury u.s. uk undersecretary
    union us veteran vicar vice vice-admiral warden
    alhaji atty cdr cmdr cpl datuk dona doña dra engr fr frau hajiya herr hon ing insp lic lt
    madame maj malam mme monsieur msgr profa señor señora señorita sheikha signor signora sra srta supt ven
    """
)
# Nouns for bodies that speak: "the ministry said" does not make the ministry a "he" or "she".
BODIES = _words(
    """
    academy administration agency airline airport alliance archive army assembly association authority bank bloc
    board body branch brewery brigade broadcaster bureau cabinet campaign center centre chamber charity church
    city club coalition college command commission committee company congress consortium consulate contractor
    coroner corporation council court dealer department developer diocese directorate embassy exchange faction
    factory family farm federation firm fleet force foundation front fund garrison government group guild
    headquarters hospital industry inspectorate institute institution judiciary junta lab laboratory league
    library lobby maker manufacturer mill mine ministry mission monastery movement municipality museum navy
    network newspaper observatory office operator opposition orchestra organisation organization owner palace
    panel parish parliament parties party police port presidency producer province publisher railway rebels
    refinery regulator residents retailer school secretariat senate service shipyard side society squad staff
    station store supplier syndicate task team theatre tribunal trust union university utility watchdog workers
    works yard
    coastguard gendarmerie inquiry midwives pathologists prosecution
    bakery brigades caterer hall clinic distributor hotel insurer lender restaurant subsidiary
    """
)
# Nouns for writings that say something.
DOCUMENTS = _words(
    """
    account affidavit agenda article audit bulletin cable circular contract document draft email file filing
    form letter log manual map memo memorandum message minute minutes note notice page paper photograph plan
    post programme protocol receipt record register report ruling sheet slide statement study summary survey
    testimony transcript verdict website
    certificate communique communiqué diary dossier invoice leaflet ledger letterhead logbook manifest petition
    poster recording tape timetable
    album brochure card finding findings guideline inventory newsletter passport roster
    autopsy bill catalogue chronicle database indictment judgment judgement logs notebook recorder schedule tweet
    warrant
    agreement calendar chart contract deed footage logger plaque printout prospectus receipts roll screenshot scoresheet
    slip spreadsheet stub tally ticket treaty waybill
    correspondence docket flyer handout mail pamphlet
    analysis assessment booklet census checklist data declaration extract fax label menu poll questionnaire research sticker telegram
    """
)
# Nouns for persons that "he" and "she" can mean.
HUMANS = _words(
    """
    accountant accused activist actor adjutant administrator adviser advisor agent aide ambassador analyst appraiser
    archaeologist architect archivist assistant athlete attendant attorney auditor author baker banker biologist
    bishop boss boy bride brigadier broker brother builder buyer cabinet-maker candidate captain cardinal
    caretaker carpenter cashier chair chairman chairwoman champion chancellor chaplain chemist chief child clerk
    client coach colleague collector colonel columnist commander commissioner conductor constable consultant
    contractor convener cook coordinator coroner correspondent councillor counsel counsellor courier cousin
    craftsman critic curator customer cyclist dancer daughter dealer dean defendant delegate demonstrator
    dentist deputy designer detective developer diplomat director dispatcher diver doctor driver economist
    editor electrician employee engineer envoy epidemiologist examiner executive expert farmer father ferryman
    fighter firefighter fisherman foreman founder friend gardener general geologist girl goalkeeper governor
    grandmother grandson grower guard guide hairdresser head helper historian host hydrologist imam inhabitant
    insider inspector interpreter investigator investor journalist judge keeper labourer landlady landlord
    lawmaker loadmaster lawyer leader lecturer librarian lieutenant lifeguard man manager marshal master mayor mechanic mediator
    member merchant midwife miner minister ministers monk mother motorist musician negotiator neighbour nephew
    neurologist nun nurse observer officer official officials operator organiser owner painter paramedic parent
    passenger pastor patient pensioner pharmacist photographer physician physicist pilot planner player poet
    policeman policewoman politician porter postman premier president priest principal prisoner professor
    prosecutor protester psychologist publisher rabbi racer ranger rector referee registrar regulator reporter
    representative researcher resident rider sailor salesman scholar scientist secretary senator sergeant
    shepherd sheriff shopkeeper singer sister skipper soldier solicitor son source speaker specialist spokesman
    spokesperson spokeswoman steward student superintendent supervisor surgeon surveyor survivor tailor teacher
    technician tenant tourist trader trainer translator traveller treasurer undersecretary usher vet veteran
    veterinarian vicar victim villager volcanologist volunteer waiter waitress warden watchman whip widow widower
    wife winemaker witness woman worker writer
    biochemist butcher chef cleric commissar conscript electrician elder forester gentleman harbourmaster jockey
    lady magistrate machinist motorcyclist neighbor nanny notary ombudsman peasant plumber prefect schoolboy schoolgirl
    statistician trustee viticulturist
    admiral archbishop canon chairperson congressman congresswoman controller corporal councilman councilwoman king major midfielder
    pathologist pope prince princess queen sheikh striker
    inmate maestro postmistress regent turner
    bricklayer bookseller bouncer cartographer clergyman comedian commuter composer comrade conservator crofter deckhand docker
    drummer emissary fisher florist glazier goatherd grocer guest hiker hotelier informant informer instructor intern janitor joiner
    juror lodger logistician mason matron miller missionary mourner navigator novelist onlooker orderly organist parishioner
    passer-by picker playwright potter preacher presenter psychiatrist radiographer radiologist recruit refugee relative restorer
    retiree roofer sacristan saleswoman seaman seamstress settler sexton shearer shopper signaller skater smuggler squatter
    stallholder stockbroker stoker subcontractor suspect swimmer teller trainee trapper trucker undertaker valuer vendor verger
    vintner violinist voter walker watchmaker weaver welder whistleblower wholesaler woodcutter
    beekeeper bookkeeper dockworker gatekeeper groundskeeper ironmonger fishmonger peacekeeper steelworker stonemason storekeeper
    zookeeper
    advocate astronaut astronomer barrister bystander campaigner carer claimant cleaner climber commentator complainant
    demographer dissident educator entrepreneur eyewitness forecaster grandfather granddaughter herder hostage inventor landowner
    mathematician medic mountaineer niece organizer philosopher plaintiff pollster proprietor pupil rancher rescuer sculptor
    shareholder teenager trooper tutor tycoon uncle
    """
)
GENDERED_TITLES = {
    **dict.fromkeys(("mr", "sir", "lord", "señor", "herr", "signor", "monsieur", "alhaji", "malam"), "m"),
    **dict.fromkeys(("mrs", "ms", "miss", "dame", "lady", "mme", "madame", "frau", "signora"), "f"),
    **dict.fromkeys(("señora", "señorita", "sra", "srta", "doña", "dona", "hajiya", "sheikha"), "f"),
}
# "Prof. Anna Keller" is "the professor" later.
TITLES_IN_FULL = {
    "adm": "admiral", "amb": "ambassador", "atty": "attorney", "brig": "brigadier", "capt": "captain", "cdr": "commander",
    "cllr": "councillor", "cmdr": "commander", "col": "colonel", "cpl": "corporal", "dr": "doctor", "dra": "doctor",
    "engr": "engineer", "fr": "father", "gen": "general", "gov": "governor", "ing": "engineer", "insp": "inspector",
    "lt": "lieutenant", "maj": "major", "prof": "professor", "profa": "professor", "rep": "representative", "sen": "senator",
    "sgt": "sergeant", "supt": "superintendent",
}  # fmt: skip
# A title before a name ends no sentence.
SHORT_TITLES = TITLES_IN_FULL.keys() | _words("const det hon lic messrs mme mr mrs ms msgr rev sra srta ven")
PRONOUN_GENDER = {"he": "m", "she": "f"}
# The head of the noun tells the gender.
FEMALE_NOUNS = _words(
    """
    actress aunt bride daughter duchess girl girlfriend granddaughter grandmother heroine hostess landlady mother niece nun princess
    queen sister waitress widow wife woman
    """
)
MALE_NOUNS = _words(
    """
    boy boyfriend brother duke father fisherman gentleman grandfather grandson groom husband imam king landlord man monk
    nephew priest prince son uncle widower
    """
)
COMPANIES = _words("airline carrier company firm group lender maker manufacturer retailer")
# How the names of companies end, which the recogniser takes for persons.
COMPANY_ENDS = _words(
    """
    airlines airways apparel associates bank bros capital chemicals co construction corp corporation electric energy
    enterprises express foods gmbh group holding holdings inc industries insurance international investments
    lines logistics ltd maritime media metals mines mining motors news oil partners pharma plc press properties
    railways resources roads services shipping solutions systems technologies telecom textiles trading ventures
    """
)
# How the names of bodies end that are no company, and such bodies by name.
NO_COMPANIES = _words(
    """
    academy administration agency army assembly association authority brigade cabinet church coastguard college command commission
    bureau committee congress constabulary corps council court department diocese directorate embassy federation force forces
    foundation front government guard guards hospital inspectorate institute judiciary junta league marines ministry mission
    movement museum navy nations office parliament party patrol police prefecture regiment school senate service tribunal
    union unit university
    """
)
NO_COMPANY_NAMES = {
    *(
        "al-shabaab",
        "al qaeda",
        "al-qaeda",
        "boko haram",
        "centcom",
        "cia",
        "eu",
        "european union",
        "fatah",
        "fbi",
        "fema",
        "hamas",
    ),
    *(
        "hezbollah",
        "hizbollah",
        "house of commons",
        "house of lords",
        "house of representatives",
        "houthis",
        "idf",
        "iaea",
        "imf",
    ),
    *(
        "interpol",
        "isis",
        "islamic jihad",
        "islamic state",
        "kremlin",
        "nato",
        "nhs",
        "opec",
        "pentagon",
        "taliban",
        "un",
        "unesco",
    ),
    *("unhcr", "unicef", "united nations", "white house", "who", "world bank", "world health organization"),
}
FUNCTION_WORDS = _words("a an and at by for from in its his her their of on the to with who s")
# What writings do, besides speaking; and what they have in them.
RECORD_VERBS = _words(
    "contain document enumerate give instruct list mention name note put read record register show specify state"
)
# How writings come to be.
ISSUING_VERBS = _words("circulate draft draw file issue post publish release send sign submit write")
LETTERS = _words("e-mail email letter memo message note reply")
# Nouns for what somebody thinks or has counted: "by the mediator's count".
ACCOUNTS = _words("account count estimate judgment judgement opinion reckoning telling view words")
ENTRIES = _words(
    "article call clause column entry figure footnote item line list mention name note page paragraph passage reading row "
    "sentence signature stamp table"
)
# Who stands before the colon of a headline: "Ministry: vaccine is there".
HEADLINE_SOURCES = _words(
    """
    agency army authorities brigade coastguard company council court firm government hospital inquest inquiry judge lawyer mayor
    minister ministry navy officials operator police poll president prosecutor prosecutors regulator report source sources spokesman
    spokeswoman study survey union watchdog witness witnesses
    """
)
# "according to season": no sources.
NO_SOURCES = _words("age custom merit need needs purse rank season size taste tradition weight")
# Writings whose lines are counted.
REGISTERS = _words(
    """
    album book calendar catalogue chart diary index ledger list log logbook manifest printout record register roll roster sheet tally
    treaty
    """
)
# Parts of writings, which say what the writing says.
PARTS = _words("annex article chapter clause column entry footnote line page paragraph section verse")
# Nouns of HUMANS that often mean something else.
AMBIGUOUS_HUMANS = _words(
    "chair counsel critics general guide head leader maker member principal racer ranger source worker"
)
# How the names of places end.
WAYS = _words("avenue bridge hill island lake lane mountain road square street valley")
# Offices whose bearer a lead need not name: a stranger who speaks after it is somebody else.
KNOWN_OFFICES = _words(
    """
    ambassador chancellor coach envoy general governor judge king mayor minister pope premier president prosecutor queen secretary
    senator spokesman spokesperson spokeswoman
    """
)
# Words that make a role another one: the deputy governor is not the governor.
QUALIFIERS = _words("acting assistant deputy former vice")
