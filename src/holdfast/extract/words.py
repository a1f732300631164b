"""The word lists that rules abstain without: relations, trades, animals, conditions, tools, and words that are never a value.

Each list is a frozenset of lower-case words, read as a whole value or as its last word. What is not listed is not
guessed at, so a missing word costs a memory its slot, never its truth.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(one.split()) for one in text.split(",") if one.strip())


def one_of(lexicon: frozenset[str]) -> str:
    """Return the words of a list as alternatives of an expression, the longest first."""
    return "|".join(sorted(map(re.escape, lexicon), key=lambda word: (-len(word), word))).replace(r"\ ", " ")


# Relations to a person: the attribute is the word itself, or the one it stands for.
RELATIONS = _words(
    """wife, husband, spouse, partner, girlfriend, boyfriend, fiancé, fiancée, fiance, fiancee, gf, bf, ex-wife,
    ex-husband, mother, father, mom, mum, mommy, dad, daddy, brother, sister, sibling, son, daughter, kid, child,
    baby, cousin, aunt, uncle, nephew, niece, grandmother, grandfather, grandma, grandpa, granddaughter, grandson,
    mother-in-law, father-in-law, sister-in-law, brother-in-law, stepmother, stepfather, stepson, stepdaughter,
    stepbrother, stepsister, twin, twin brother, twin sister, godmother, godfather, friend, best friend, bestie,
    roommate, flatmate, housemate, neighbor, neighbour, manager, boss, supervisor, line manager, team lead, tech
    lead, mentor, mentee, colleague, coworker, co-worker, teammate, client, employee, intern, assistant, doctor, gp,
    dentist, therapist, psychiatrist, accountant, lawyer, landlord, landlady, trainer, coach, teacher, tutor,
    professor, advisor, adviser, vet, parents, kids, children, sons, daughters, twins, co-founder, cofounder, cto,
    hubby, mate, nan, missus, ceo, cfo, coo, hr manager, product manager, project manager, pm, nanny, babysitter, hairdresser, barber, agent,
    recruiter, childminder, cleaner, gardener, mechanic, plumber, electrician, builder, physio, physiotherapist, midwife, health visitor, social worker,
    piano teacher, optician, pharmacist, driving instructor, personal trainer, caretaker, janitor, carer, granny, mam, godson, goddaughter, stepmum, stepdad,
    business partner, pen pal, penpal, study buddy, training partner, dance partner, climbing partner, gym buddy, classmate, schoolmate, workmate, bandmate, lab partner, childhood friend, oldest friend,
    half-brother, half-sister, half brother, half sister, foster mother, foster father, foster son, foster daughter, foster sister, foster brother, great-aunt, great-uncle, great-grandmother,
    great-grandfather, guardian, godparent, parent, in-laws, bro, sis, stepmom, first cousin, second cousin, brother-in-arms, sensei, choir director, music teacher, singing teacher, violin teacher,
    guitar teacher, swimming coach, running coach, thesis advisor, thesis supervisor, phd supervisor, letting agent, estate agent, tenant, lodger, subtenant,
    housekeeper, dog walker, dog sitter, au pair, gran, grandad, granddad, nana, eldest, youngest, apprentice"""
)
# Of these those one has at work.
COLLEAGUES = _words(
    """manager, boss, supervisor, line manager, team lead, tech lead, mentor, mentee, colleague, coworker, co-worker, teammate, client, employee, intern,
    assistant, co-founder, cofounder, cto, ceo, cfo, coo, hr manager, product manager, project manager, pm, agent, recruiter, apprentice"""
)
# Where one works when the place has no name: told by its kind.
WORKPLACES = _words(
    """hospital, hospice, school, primary school, secondary school, high school, university, college, bank, library, post office, council, ambulance service, fire
    service, fire department, police, nhs, bakery, restaurant, café, cafe, pub, bookshop, bookstore, supermarket, law firm, startup, nursery, clinic, pharmacy, museum,
    factory, warehouse, airport, salon, hotel, brewery, charity, nonprofit, non-profit, gym, zoo, call centre, call center, care home, garden centre, consultancy,
    agency, dental practice, surgery, kindergarten, coffee shop, bike shop, hardware store, accounting firm, insurance company, newspaper, court, embassy, foundry, ministry, embassy, lab, laboratory, observatory, port, town hall, city council, shipyard, aquarium, cathedral, theatre, opera, orchestra, coastguard, railway, hostel, depot, brewery, refinery, quarry, dairy, vineyard, laundrette, veterinary clinic, blood bank, food bank, refuge, prison, parliament, treasury, home office, fire station, police station, radio station, notary's office, insurance office, estate agency, travel agency, bus depot, sorting office, sawmill, swimming pool, garage, butcher's, print shop, conservatory, community college, academy, port authority, tax office, planning office"""
)
SAME_RELATION = {
    "mom": "mother", "mum": "mother", "mommy": "mother", "dad": "father", "daddy": "father", "gf": "girlfriend", "bf": "boyfriend",
    "fiance": "fiancé", "fiancee": "fiancée", "boss": "manager", "line manager": "manager", "best friend": "friend", "bestie": "friend",
    "neighbour": "neighbor", "grandma": "grandmother", "grandpa": "grandfather", "co-worker": "coworker", "adviser": "advisor",
    "cofounder": "co-founder", "flatmate": "roommate", "housemate": "roommate", "kid": "child", "baby": "child",
    "hubby": "husband", "gran": "grandmother", "granny": "grandmother", "nana": "grandmother", "grandad": "grandfather", "granddad": "grandfather", "mam": "mother", "eldest": "child", "youngest": "child", "mate": "friend", "nan": "grandmother", "missus": "wife",
    "bro": "brother", "sis": "sister", "stepmom": "stepmother", "half brother": "half-brother", "half sister": "half-sister", "childhood friend": "friend", "oldest friend": "friend",
}  # fmt: skip


# By which of several brothers and sisters is told: the older sister is not the younger one.
AGED = {
    "older": "older", "elder": "older", "big": "older", "oldest": "oldest", "eldest": "oldest", "younger": "younger", "little": "younger", "lil": "younger",
    "youngest": "youngest",
}  # fmt: skip


def whom(relation: str, aged: str = "") -> str:
    """Return the words a relation goes by in an entity's name, so that "my mum" is who "my mother" is. Of friends there are several."""
    known = SAME_RELATION.get(relation, relation)
    known = relation if known in ("friend", "child") and relation != "mate" else known
    return f"{AGED[aged]} {known}" if aged in AGED else known


FEMALE = _words(
    """wife, girlfriend, fiancée, fiancee, gf, ex-wife, mother, mom, mum, mommy, sister, daughter, aunt, niece, grandmother, grandma, granddaughter,
    mother-in-law, sister-in-law, stepmother, stepdaughter, stepsister, twin sister, godmother, landlady, nan, hen, cow, gran, nana, granny, mam"""
)
MALE = _words(
    """husband, boyfriend, fiancé, fiance, bf, ex-husband, father, dad, daddy, brother, son, uncle, nephew, grandfather, grandpa, grandson,
    father-in-law, brother-in-law, stepfather, stepson, stepbrother, twin brother, godfather, hubby, rooster, grandad, granddad"""
)
PARTNERS = ("partner", "wife", "husband", "girlfriend", "boyfriend", "fiancé", "fiancée", "spouse")
ANIMALS = _words(
    """dog, cat, puppy, kitten, rabbit, bunny, hamster, guinea pig, parrot, budgie, bird, fish, goldfish, turtle,
    tortoise, snake, lizard, gecko, horse, pony, goat, sheep, hen, chicken, rooster, duck, pig, cow, ferret, rat,
    mouse, chinchilla, hedgehog, cockatiel, beagle, labrador, lab, poodle, golden retriever, retriever, german
    shepherd, shepherd, corgi, dachshund, husky, pug, bulldog, terrier, collie, border collie, spaniel, chihuahua,
    greyhound, dalmatian, mutt, tabby, siamese, maine coon, persian, sphynx, axolotl, iguana, bearded dragon,
    tarantula, ponies, puppies, canary, canaries, geese, mice, beehive, rescue cat, rescue greyhound, frog, gerbil, degu, lurcher, whippet, cockapoo, labradoodle, jack russell, rescue dog, donkey, alpaca, llama, shih tzu, rottweiler, great dane, boxer"""
)

# The last word of a trade; what stands before it ("senior backend") is kept with it.
TRADES = _words(
    """accountant, adviser, porter, treasurer, headteacher, bookkeeper, actor, actress, actuary, adjuster, administrator, admin, advisor, agent, analyst, anaesthetist,
    anesthesiologist, anthropologist, apprentice, archaeologist, architect, archivist, artist, assistant, associate,
    astronaut, astronomer, athlete, attorney, auditor, author, baker, banker, barber, barista, bartender, biologist,
    blogger, bookkeeper, botanist, bricklayer, broker, builder, butcher, buyer, captain, caregiver, carer,
    carpenter, cashier, ceo, cfo, chaplain, chef, chemist, chiropractor, choreographer, cleaner, clerk, coach,
    coder, comedian, composer, conductor, consultant, contractor, cook, coo, copywriter, coordinator, counselor,
    counsellor, courier, cto, curator, dancer, dean, dentist, dermatologist, designer, detective, developer, dev,
    dietitian, director, dj, doctor, doula, driver, ecologist, economist, editor, educator, electrician, engineer,
    entrepreneur, epidemiologist, estimator, executive, facilitator, farmer, filmmaker, firefighter, fisherman,
    florist, founder, co-founder, freelancer, gardener, geneticist, geographer, geologist, geophysicist, guard,
    guide, hairdresser, historian, housekeeper, illustrator, immunologist, influencer, inspector, instructor,
    intern, interpreter, inventor, investigator, investor, janitor, jeweler, journalist, judge, keeper, lab tech,
    landlord, landscaper, laborer, lawyer, lead, lecturer, librarian, lifeguard, linguist, lobbyist, locksmith,
    machinist, magician, manager, marketer, mason, mathematician, mechanic, mediator, medic, merchant,
    meteorologist, microbiologist, midwife, miner, minister, model, mover, musician, nanny, negotiator, neurologist,
    neuroscientist, notary, novelist, nurse, nutritionist, officer, oncologist, operator, optician, optometrist,
    orthodontist, owner, painter, paralegal, paramedic, partner, pastor, pathologist, pediatrician, paediatrician,
    performer, pharmacist, phd student, philosopher, photographer, physicist, physician, physiotherapist, physio,
    pianist, pilot, plasterer, plumber, podcaster, poet, police officer, policeman, politician, porter, postdoc,
    potter, president, priest, principal, producer, professor, programmer, proofreader, prosecutor, psychiatrist,
    psychologist, publicist, publisher, rabbi, radiographer, radiologist, ranger, realtor, receptionist, recruiter,
    referee, registrar, reporter, representative, rep, researcher, roofer, sailor, salesperson, salesman, scientist,
    scrum master, sculptor, secretary, seamstress, server, shepherd, shopkeeper, singer, social worker, sociologist,
    soldier, solicitor, specialist, sre, statistician, steward, stockbroker, strategist, streamer, student, stylist,
    supervisor, surgeon, surveyor, tailor, teacher, teaching assistant, technician, technologist, tester, therapist,
    hygienist, trader, trainee, candidate, trainer, translator, treasurer, tutor, undergrad, undergraduate, underwriter, usher,
    valet, vet, veterinarian, vicar, videographer, violinist, vp, waiter, waitress, warden, watchmaker, webmaster,
    welder, worker, writer, youtuber, zoologist, zookeeper, fisherman, homemaker, housewife, stay-at-home mom,
    stay-at-home dad, stay-at-home parent, stay-at-home mum, full-time mum, full-time parent, full-time carer, postman, postwoman, milkman, fireman, handyman, businesswoman, businessman, cameraman, foreman, hvac tech, vet tech, pharmacy tech, nail tech, colorist, colourist, stagehand, tuner, piano tuner, clerk, tradesman, craftsman, salesperson, saleswoman, policewoman, barmaid, barman, binman, lollipop lady, dinner lady, sysadmin, dba, devops engineer, qa, qa lead, freshman, sophomore, junior
    developer, grad student, deckhand, farmhand, stagehand, skipper, barrister, joiner, glazier, dispatcher, planner, dispenser, optometrist, radiotherapist, sonographer, beekeeper, brewer, crofter, docker, forester, fitter, framer, gamekeeper, groom, handyman, hydrologist, jockey, lexicographer, midwife, milliner, missionary, monk, nun, puppeteer, ranger, rigger, roaster, scaffolder, signwriter, stonemason, stenographer, tiler, toolmaker, upholsterer, weaver, winemaker, caretaker, childminder, medic, firewoman, policewoman, salesperson, saleswoman, stage manager, tour guide, travel agent, flight attendant, cabin crew, air traffic controller, controller, quantity surveyor, farrier, blacksmith, pastry chef, shepherdess, ceramicist, saddler, thatcher, brewer, cheesemaker, beautician, barber, cobbler, coroner, cryptographer, diver, draughtsman, environmentalist, bosun, first mate, hostler, insurance broker, loss adjuster, ombudsman, paralegal, phlebotomist, playwright, ticket inspector, train driver, bus driver, lorry driver, truck driver"""
)
# "I'm a big fan", "a bit of a manager": what makes a trade no trade.
NOT_A_TRADE = _words(
    """big, huge, bit, little, good, great, bad, terrible, real, natural, born, typical, total, complete, couch, human,
    morning, night, dog, cat, people, team, quick, slow, control, worse, better, poor, decent, wannabe, aspiring,
    would-be, nobody, former, ex, hopeless, only, world's, universe's, best, worst, greatest, finest, fastest, smartest, undisputed, the"""
)
# By these a thing is told by its make without a capital too; what is a word for something else ("giant", "switch") is not here.
MAKES = _words(
    """macbook, imac, iphone, ipad, airpods, thinkpad, chromebook, pixel, galaxy, samsung, fairphone, kindle, kobo, garmin, fitbit, gopro, nikon, canon, fujifilm, fuji,
    leica, olympus, hasselblad, casio, rolex, seiko, sonos, bose, sennheiser, playstation, ps4, ps5, xbox, nintendo, roomba, dyson, miele, kitchenaid, vitamix, thermomix,
    aeropress, gaggia, tesla, toyota, honda, volvo, saab, bmw, audi, mercedes, volkswagen, vw, skoda, kia, hyundai, nissan, mazda, subaru, ford, fiat, peugeot, renault,
    citroën, citroen, dacia, opel, vauxhall, jeep, corolla, prius, passat, yaris, vespa, ducati, yamaha, kawasaki, harley, brompton, trek, cannondale, fender, gibson,
    telecaster, steinway, bernina, lenovo, dell, hp, asus, acer, synology, huawei, oneplus, motorola, xiaomi, sony, panasonic, bosch, makita, dewalt"""
)
# What one may do for a living, as a field or a doing.
FIELDS = _words(
    """accounting, bookkeeping, data entry, teaching, maths, math, english, chemistry, history, physics, nursing, carpentry, joinery, plumbing, sales, marketing,
    programming, coding, engineering, software, retail, catering, cleaning, driving, translation, translating, photography, farming, gardening, landscaping,
    logistics, consulting, consultancy, banking, insurance, design, graphic design, web design, tutoring, recruitment, recruiting, social work, law, admin,
    construction, roofing, welding, hairdressing, childcare, customer service, customer support, tech support, it support, security, warehousing, fishing, journalism, publishing"""
)
STATUSES = _words(
    """retired, unemployed, self-employed, self employed, between jobs, semi-retired, on disability, on parental leave,
    on maternity leave, on paternity leave, on sabbatical, out of work"""
)
NATIONALITIES = _words(
    """american, canadian, mexican, brazilian, argentinian, argentine, chilean, colombian, peruvian, venezuelan, cuban,
    british, english, scottish, welsh, irish, french, german, italian, spanish, portuguese, dutch, belgian, swiss,
    austrian, swedish, norwegian, danish, finnish, icelandic, polish, czech, slovak, hungarian, romanian, bulgarian,
    greek, turkish, russian, ukrainian, belarusian, estonian, latvian, lithuanian, serbian, croatian, bosnian,
    slovenian, albanian, macedonian, georgian, armenian, israeli, lebanese, syrian, iraqi, iranian, persian,
    egyptian, moroccan, algerian, tunisian, nigerian, ghanaian, kenyan, ethiopian, south african, ugandan,
    tanzanian, zimbabwean, indian, pakistani, bangladeshi, sri lankan, nepali, nepalese, chinese, taiwanese,
    japanese, korean, south korean, vietnamese, thai, filipino, filipina, indonesian, malaysian, singaporean,
    australian, kiwi, jamaican, haitian, dominican, puerto rican, kazakh, uzbek, mongolian, afghan, senegalese,
    cameroonian"""
)
LANGUAGES = _words(
    """english, spanish, french, german, italian, portuguese, dutch, swedish, norwegian, danish, finnish, icelandic,
    polish, czech, slovak, hungarian, romanian, bulgarian, greek, turkish, russian, ukrainian, serbian, croatian,
    arabic, hebrew, persian, farsi, hindi, urdu, bengali, punjabi, tamil, telugu, marathi, gujarati, chinese,
    mandarin, cantonese, japanese, korean, vietnamese, thai, indonesian, malay, tagalog, swahili, yoruba, igbo,
    hausa, zulu, afrikaans, amharic, welsh, irish, gaelic, catalan, basque, latin, esperanto, asl, sign language,
    british english, american english, brazilian portuguese, guarani, guaraní, quechua, tibetan, khmer, lao, burmese, nepali, sinhala, malayalam, kannada, somali, georgian, armenian, azerbaijani, kazakh, uzbek, pashto, kurdish, xhosa, shona, māori, maori, luxembourgish, estonian, latvian, lithuanian, slovenian, slovene, albanian, macedonian, bosnian, mongolian, flemish, galician, breton, scots, maltese, filipino, twi, wolof, hmong, bsl, british sign language, castilian, cebuano, odia, assamese, slovak, dari, tigrinya, tajik, sindhi, kinyarwanda, lingala,
    faroese, frisian, turkmen, kyrgyz, malagasy, fijian, samoan, hawaiian, yiddish, sylheti, konkani, oromo, fula, bambara, kirundi, romani, uyghur, tatar, chechen"""
)
RELIGIONS = {
    "muslim": "Muslim", "christian": "Christian", "catholic": "Catholic", "protestant": "Protestant", "jewish": "Jewish", "hindu": "Hindu",
    "buddhist": "Buddhist", "sikh": "Sikh", "atheist": "atheist", "agnostic": "agnostic", "mormon": "Mormon", "orthodox": "Orthodox", "lutheran": "Lutheran",
    "baptist": "Baptist", "methodist": "Methodist", "quaker": "Quaker", "pagan": "pagan", "jain": "Jain", "anglican": "Anglican", "evangelical": "Evangelical",
}  # fmt: skip
POLITICS = _words(
    """democrat, republican, liberal, conservative, socialist, communist, libertarian, anarchist, progressive,
    centrist, tory, labour voter, social democrat"""
)
ORIENTATIONS = _words(
    """gay, lesbian, bisexual, bi, straight, heterosexual, homosexual, asexual, pansexual, queer, demisexual"""
)
DIETS = _words(
    """vegetarians, vegans, teetotal, vegan, vegetarian, pure vegetarian, veg, pure veg, veggie, eggetarian, jain, coeliac-friendly, pescatarian, flexitarian, keto, paleo, halal, kosher, gluten-free, gluten free, dairy-free,
    dairy free, nut-free, sugar-free, low-carb, low carb, low fodmap, low-fodmap, low-salt, low salt, low-sodium, low-fat, low-gi, whole30, high-protein, carnivore, plant-based, raw vegan, ketogenic, mediterranean, a
    vegan, a vegetarian, a pescatarian"""
)
CONDITIONS = _words(
    """adhd, add, autism, asthma, diabetes, type 1 diabetes, type 2 diabetes, celiac, coeliac, celiac disease, coeliac
    disease, crohn's, crohn's disease, ibs, ulcerative colitis, colitis, epilepsy, arthritis, rheumatoid arthritis,
    osteoporosis, migraines, migraine, chronic migraines, hypertension, high blood pressure, low blood pressure,
    high cholesterol, depression, anxiety, insomnia, ptsd, ocd, bipolar disorder, schizophrenia, dyslexia,
    dyspraxia, dyscalculia, tinnitus, eczema, psoriasis, rosacea, lupus, fibromyalgia, multiple sclerosis, ms,
    parkinson's, alzheimer's, dementia, cancer, breast cancer, leukemia, anemia, anaemia, hemophilia, sickle cell,
    hypothyroidism, hyperthyroidism, endometriosis, pcos, gerd, acid reflux, gout, sciatica, scoliosis, a heart
    condition, a bad back, a bad knee, a pacemaker, a heart murmur, sleep apnea, sleep apnoea, narcolepsy, glaucoma,
    cataracts, vertigo, hay fever, hiv, hepatitis, kidney disease, long covid, chronic fatigue, chronic fatigue
    syndrome, tourette's, colorblindness, lactose intolerance, a concussion, a broken leg, a broken arm, a herniated
    disc, a slipped disc, carpal tunnel, tendonitis, chronic back pain, chronic pain, an eating disorder, anorexia,
    bulimia, a stutter, panic attacks, osteoarthritis, rhinitis, shingles, raynaud's, ankylosing spondylitis, plantar fasciitis, a hernia, angina, atrial fibrillation, copd, emphysema, bronchitis, dysautonomia, pots, vasculitis, neuropathy, an underactive thyroid, an overactive thyroid, hay-fever, a latex allergy, tennis elbow, reflux, heartburn, vitiligo, alopecia, restless legs"""
)
# Of these "my ..." is said by who has it; "my anxiety" and "my ocd" are said by anybody.
CHRONIC = CONDITIONS & _words(
    """adhd, autism, asthma, diabetes, crohn's, ibs, colitis, epilepsy, arthritis, rheumatoid arthritis, osteoporosis, migraines, hypertension, high blood pressure, insomnia, dyslexia,
    dyspraxia, tinnitus, eczema, psoriasis, rosacea, lupus, fibromyalgia, endometriosis, pcos, acid reflux, gout, sciatica, scoliosis, pacemaker, sleep apnea, sleep apnoea, narcolepsy,
    glaucoma, hay fever, long covid, chronic fatigue, lactose intolerance, tendonitis, osteoarthritis, rhinitis, vertigo, neuropathy, copd, reflux"""
)
STATES_OF_HEALTH = _words(
    """lactose intolerant, lactose-intolerant, gluten intolerant, colorblind, color blind, color-blind, colourblind, colour-blind,
    colour blind, deaf, blind, legally blind, hard of hearing, partially sighted, dyslexic, autistic, diabetic,
    celiac, coeliac, asthmatic, epileptic, pregnant, bipolar, immunocompromised, a diabetic, a type 1 diabetic, a
    type 2 diabetic, type 1 diabetic, type 2 diabetic, anemic, anaemic, near-sighted, nearsighted, short-sighted,
    claustrophobic, wheelchair bound, hypothyroid, neurodivergent, insulin resistant, carsick, seasick, travel sick, travelsick, airsick, motion sick, anaemic, hypermobile, prediabetic, pre-diabetic, deaf in one ear, blind in one eye, partially deaf, immunosuppressed, perimenopausal, menopausal"""
)
FOODS = _words(
    """meat, red meat, pork, beef, chicken, fish, seafood, shellfish, dairy, milk, cheese, eggs, egg, gluten, wheat,
    bread, sugar, nuts, peanuts, soy, alcohol, coffee, caffeine, wine, beer, spicy food, mushrooms, onions, garlic,
    animal products, processed food, fast food, carbs, soda, tea, lamb, lactose, honey, rice, pasta, sweets, fried
    food, raw fish, tomatoes, avocado, bananas, shrimp, crab, salt, junk food, dessert, breakfast, cow's milk, sesame, strawberries, kiwi, prawns, lobster, mussels,
    oysters, scallops, clams, tofu, mustard, celery, walnuts, almonds, cashews, hazelnuts, pistachios, pecans, tree nuts, potatoes, peppers, chili, chilli, chillies, cilantro, coriander, olives,
    anchovies, grapefruit, booze, spirits, vodka, whisky, whiskey, gin, rum, chocolate, ice cream, cream, butter, yoghurt, yogurt, oats, corn, beans, lentils, chickpeas, msg, aubergine, eggplant,
    cucumber, broccoli, cabbage, liver, ham, bacon, sausages, turkey, duck, veal, venison, game, offal, squid, octopus, tuna, salmon, mackerel, citrus, oranges, lemons, grapes, pineapple, melon,
    raw onions, raw onion, raw tomatoes, raw eggs, fizzy drinks, soft drinks, energy drinks, takeaways, crisps, sweeteners, artificial sweeteners, aspartame, black coffee, red wine, white wine,
    white bread, wholemeal bread, white rice, oat milk, soya, soy milk, cod, crustaceans, snacks, cake, cakes, biscuits, candy, gluten and dairy, raw meat, soft cheese, blue cheese, nuts and seeds, seeds, spicy, greasy food, fatty food"""
)
THINGS = _words(
    """oven, gas oven, electric oven, gas stove, gas hob, induction hob, fridge, freezer, microwave, slow cooker, pressure cooker, bread maker, rice cooker,
    dishwasher, tumble dryer, wood stove, fireplace, heat pump, wood burner, ice cream maker, juicer, blender, stand mixer, car, truck, van, motorcycle, motorbike, scooter, bike, bicycle, e-bike, boat, sailboat, kayak, canoe, rv,
    camper, campervan, house, apartment, flat, condo, cabin, cottage, farm, garden, greenhouse, allotment, pool, hot
    tub, guitar, piano, keyboard, violin, cello, drum kit, ukulele, laptop, desktop, computer, pc, mac, macbook,
    ipad, tablet, phone, smartphone, iphone, android phone, pixel, kindle, e-reader, camera, drone, tv, console,
    playstation, xbox, switch, nintendo switch, printer, 3d printer, telescope, microscope, sewing machine,
    treadmill, rowing machine, exercise bike, peloton, air fryer, espresso machine, bakery, restaurant, cafe, café,
    coffee shop, bookstore, shop, business, company, startup, food truck, salon, gym, studio, agency, consultancy,
    brewery, vineyard, ranch, raspberry pi, nas, garage, watch, smartwatch, apple watch, fitbit, headset, vr
    headset, record player, turntable, synth, synthesizer, tent, surfboard, snowboard, skateboard, tractor, jeep,
    suv, sedan, minivan, bookshop, etsy shop, podcast, blog, newsletter, youtube channel, website, timeshare, subscription, aquarium, terrarium, fish tank, trampoline, sauna, lawnmower, chainsaw, lathe, table saw, workbench, grill, barbecue, tandem, unicycle, accordion, trumpet, saxophone, flute, clarinet, viola, double bass, harpsichord, typewriter, projector, amplifier, record collection, rocking chair, hammock, fireplace, gas stove, spare room, guest room, home office, library card, gym membership, season pass, sailing dinghy, dinghy, canoe, yurt, rowing boat, metal detector, sewing kit, drum set, microscope, hot air balloon, vegetable patch, vegetable garden, chicken coop, dehumidifier, dash cam, e-scooter, rollerblades, skis, wetsuit, paddleboard, longboard, mandola, bagpipes, pressure washer, table tennis table, pool table, dartboard, bread oven, pizza oven,
    holiday home, second home, vacation home, bnb, airbnb, kayak, visa, passport, driving licence, driving license, season ticket, railcard, narrowboat, houseboat, caravan, motorhome, allotment, shed, freezer, dishwasher, washing machine, tumble dryer, slow cooker, pressure cooker, instant pot, stand mixer, bread maker, wood stove, log burner, heat pump, loom, kiln, pottery wheel, harmonium, banjo, mandolin, trombone, harp, chromebook, thinkpad, steam deck, gopro, router, mountain bike, cargo bike, stall, market stall, surf school, kennel, school, nursery, pub, bar, cattery, studio flat, ebike, moped, hybrid, electric car, wheelchair, hearing aid, pacemaker, annual pass, membership"""
)
INSTRUMENTS = _words(
    """guitar, piano, violin, cello, viola, drums, bass, double bass, bass guitar, flute, clarinet, saxophone, sax,
    trumpet, trombone, harp, ukulele, banjo, mandolin, accordion, oboe, bassoon, harmonica, keyboard, keyboards,
    organ, sitar, tabla, french horn, tuba, tennis, soccer, football, basketball, baseball, cricket, rugby, hockey,
    volleyball, badminton, squash, golf, chess, poker, bridge, table tennis, ping pong, pickleball, video games,
    board games, dungeons & dragons, d&d, dnd, lacrosse, softball, padel, darts, pool, snooker, water polo, ultimate
    frisbee, go"""
)
TECH = _words(
    """postgres, postgresql, mysql, mariadb, sqlite, mongodb, mongo, redis, valkey, dynamodb, cassandra, elasticsearch,
    opensearch, clickhouse, snowflake, bigquery, duckdb, cockroachdb, neo4j, pinecone, qdrant, weaviate, pgvector,
    supabase, firebase, planetscale, kafka, rabbitmq, nats, sqs, celery, dramatiq, sidekiq, airflow, dagster,
    prefect, dbt, spark, flink, docker, podman, kubernetes, k8s, k3s, helm, terraform, opentofu, pulumi, ansible,
    chef, puppet, vagrant, nomad, consul, vault, argocd, flux, jenkins, circleci, github actions, gitlab, gitlab ci,
    travis, buildkite, teamcity, bamboo, aws, gcp, azure, heroku, vercel, netlify, fly.io, render, railway,
    digitalocean, hetzner, linode, cloudflare, lambda, ec2, ecs, eks, gke, s3, rds, cloudfront, nginx, apache,
    caddy, traefik, haproxy, envoy, istio, react, vue, svelte, sveltekit, angular, solid, solidjs, next.js, nextjs,
    nuxt, remix, astro, gatsby, htmx, alpine.js, jquery, tailwind, bootstrap, webpack, vite, rollup, esbuild,
    parcel, turbopack, babel, typescript, javascript, python, rust, go, golang, java, kotlin, scala, swift,
    objective-c, c, c++, c#, f#, ruby, php, perl, elixir, erlang, haskell, ocaml, clojure, lua, r, julia, dart, zig,
    nim, bash, zsh, fish, powershell, sql, node, node.js, deno, bun, npm, pnpm, yarn, pip, poetry, uv, pipenv,
    conda, mamba, hatch, pdm, setuptools, cargo, maven, gradle, bazel, buck, make, cmake, meson, ninja, nix,
    homebrew, django, flask, fastapi, rails, ruby on rails, laravel, symfony, spring, spring boot, express, nestjs,
    koa, gin, echo, phoenix, actix, axum, grpc, graphql, rest, trpc, protobuf, thrift, openapi, swagger, pytest,
    unittest, jest, vitest, mocha, cypress, playwright, selenium, junit, rspec, cucumber, eslint, prettier, biome,
    black, ruff, flake8, pylint, mypy, pyright, isort, rubocop, golangci-lint, clippy, pre-commit, husky, git, svn,
    mercurial, github, bitbucket, gerrit, jira, linear, asana, trello, notion, confluence, slack, discord, teams,
    zoom, figma, sketch, sentry, datadog, grafana, prometheus, new relic, splunk, loki, honeycomb, pagerduty,
    opsgenie, opentelemetry, launchdarkly, stripe, twilio, sendgrid, mailgun, auth0, okta, keycloak, cognito, oauth,
    jwt, saml, pytorch, tensorflow, jax, keras, scikit-learn, numpy, pandas, polars, hugging face, langchain,
    llamaindex, openai, anthropic, claude, ollama, vllm, vim, neovim, emacs, vs code, vscode, intellij, pycharm,
    sublime, zed, cursor, xcode, android studio, linux, ubuntu, debian, arch, fedora, macos, windows, nixos, ios,
    android, flutter, react native, electron, tauri, unity, unreal, godot, wordpress, shopify, drupal, contentful,
    sanity, strapi, prisma, drizzle, sqlalchemy, alembic, hibernate, typeorm, knex, liquibase, flyway, zod,
    pydantic, redux, zustand, mobx, rxjs, storybook, turborepo, nx, lerna, changesets, semantic-release, renovate,
    dependabot, sonarqube, snyk, trivy, swarm, openshift, rancher, minio, ceph, memcached, etcd, zookeeper, tabs,
    spaces, jdk, glacier, octopus deploy, octopus, spinnaker, nx, kong, penpot, unleash, laravel, fly.io, dynatrace, kibana, graylog, papertrail, linear, shortcut, youtrack, monorepo, trunk-based development, feature branches, gitflow, pair programming, semantic versioning, feature flags, two-space indentation, four-space indentation, semver,
    conventional commits, cobol, fortran, vercel, obsidian, logseq, todoist, excel, google docs, google sheets,
    airtable, photoshop, lightroom, blender, ableton, logic pro, chrome, firefox, safari, edge, brave, gmail,
    outlook, whatsapp, telegram, signal, spotify, netflix, duolingo, evernote, anki, 1password, bitwarden,
    mercurial, sass, scss, less, styled-components, css modules, websockets, mqtt, zeromq, temporal, argo workflows,
    vercel edge, arch linux, celery beat, pgbouncer, varnish, quarkus, micronaut, ktor, rocket, podman compose, clang, gcc, msvc, cron, systemd, pm2, gunicorn, uvicorn, puma, tomcat, jetty"""
)
# Tools whose names are words for something else too.
ALSO_WORDS = _words(
    """go, black, express, fish, spring, echo, phoenix, solid, render, railway, c, r, make, buck, signal, edge, brave, teams, swift, rust, ruby, julia, puma,
    notion, linear, sketch, vault, nomad, chef, puppet, flux, spark, prefect, consul, travis, bamboo, helm, lambda, parcel, remix, angular, astro, bootstrap, babel, dart,
    hatch, poetry, mamba, conda, nix, meson, ninja, gin, koa, jest, mocha, cypress, biome, ruff, husky, git, slack, discord, zoom, sentry, loki, honeycomb,
    claude, cursor, arch, unity, unreal, flutter, electron, prisma, drizzle, hibernate, storybook, renovate, swarm, tabs, spaces, monorepo, temporal, anki, blender,
    rest, soap, less, sass, envoy, apache, caddy, rancher, sublime, basic, bun, deno, zed, zig, nim, lua, elixir, scala, java, dramatiq, celery, snowflake, cassandra"""
)
CODE_LANGUAGES = _words(
    """python, rust, go, golang, java, kotlin, scala, swift, objective-c, c, c++, c#, f#, ruby, php, perl, elixir,
    erlang, haskell, ocaml, clojure, lua, r, julia, dart, zig, nim, bash, typescript, javascript, sql, cobol,
    fortran, .net"""
)
HOSTS = _words(
    """aws, gcp, azure, heroku, vercel, netlify, fly.io, render, railway, digitalocean, hetzner, linode, cloudflare,
    lambda, ec2, ecs, eks, gke, google cloud, kubernetes, our own servers, bare metal, on-prem, cloud run, app
    engine, github pages, cloudflare workers, cloudflare pages, openshift, nomad, oracle cloud, ovh, scaleway, aws
    lambda, s3"""
)

# Parts of a system that are spoken of with or without "the": the last word of what a port, a host or a language may be of.
SYSTEMS = _words(
    """server, servers, api, backend, frontend, db, database, config, worker, workers, queue, cache, gateway, service, app, scheduler, cluster,
    proxy, broker, bot, monorepo, monolith, website, site, dashboard, pipeline, crawler, indexer, daemon, registry, agent, runner, runners, container, table, box, vm"""
)
# What is shown, taught or tested with is not what is in use: a tutorial, a sample, an example of somebody's.
SHOWN = _words(
    """tutorial, tutorials, docs, documentation, readme, example, examples, sample, samples, snippet, snippets, guide, course, book, video, talk,
    post, article, paper, quickstart, template, boilerplate, starter, workshop, manual, series, lesson, demo app, demo project, demo code,
    stack overflow, answer, playground, getting started page, docs page, docs site, chapter, crash course, demo repo, demo site, exercise, mockup, fixture, fixtures, hello world, lecture, slides, gist, screencast, cheat sheet, spec"""
)
# Whose things are not the speaker's.
OUTSIDERS = _words(
    """competitor, competitors, client, clients, customer, customers, vendor, vendors, supplier, suppliers, neighbour, neighbor, tenant, candidate,
    other team, other project, other repo, other company, other group, other department, other side, third party, upstream, author, guy, stranger,
    somebody, someone, everyone, friend, colleague, coworker, legacy repo, old boilerplate, sandbox, other servers, user, users"""
)

# Things of a system that are spoken of without "the", also with words before them: "nightly backups", "API keys".
KEPT = frozenset(
    """backups logs secrets keys flags migrations artifacts metrics traces alerts invoices uploads reports credentials dumps recordings snapshots sessions requests tokens
    events messages jobs responses certificates deploys cookies images videos documents assets binaries""".split()
)
# Nouns that name a thing's attribute, and the words before them that belong to it.
ATTRIBUTE_NOUNS = _words(
    """port, url, uri, host, hostname, domain, ip, ip address, endpoint, version, branch, region, zone, bucket, queue,
    topic, timeout, limit, size, license, licence, deadline, owner, maintainer, channel, path, directory, folder,
    database, db, framework, language, cache, database name, schedule, cron, interval, budget, name, password
    policy, rate, quota, manager, guide, style, formatter, linter, runner, registry, namespace, cluster, tag,
    prefix, suffix, format, encoding, threshold, retention, ttl, replicas, memory, instance type, plan, tier, price,
    cost, repo, repository, email, phone, phone number, address, contact, lead, codename, code name, slug, username,
    user, id, key prefix, due date, release date, launch date, start date, end date, date, day, time, meeting link,
    venue, location, theme, color, font, count, length, width, wifi, policy, slo, sla, environment, provider, coverage, latency, uptime, response time, response times, load time, build time, bundle size, error rate, throughput, p50, p95, p99, memory usage,
    backend, frontend, orm, library, toolchain, compiler, target, concurrency, batch size"""
)
ATTRIBUTE_MODIFIERS = _words(
    """max, maximum, min, minimum, default, main, primary, rate, package, upload, slack, style, connection, request,
    base, read, write, retry, session, test, build, base image, log, page, file, batch, support, release, launch,
    due, start, end, coding, naming, line, total, overall, current, new, programming, backup, retention, pull,
    commit, discord, dependency, git, team"""
)

# My X is Y, where X may be anything but these: what one says about talk itself.
NOT_A_NOUN = _words(
    """point, guess, question, problem, issue, answer, concern, plan, idea, thought, thoughts, thinking, understanding,
    opinion, view, vote, bet, advice, suggestion, recommendation, hope, fear, worry, feeling, sense, impression,
    reason, reasoning, assumption, mistake, bad, fault, turn, goal, day, week, weekend, morning, night, evening,
    afternoon, life, world, heart, mind, head, body, hands, eyes, face, time, work, job, way, favorite part,
    favorite thing, first, last, next, one, only, main, biggest, take, takeaway, worst, own, whole, intention,
    intent, dream, wish, request, message, comment, reply, response, code, test, tests, branch, build, pr, change,
    changes, commit, query, machine, screen, terminal, output, error, expectation, strategy, approach, preference,
    other, real, second, final, priority, choice, experience, mood, attitude, theory, conclusion, current, issue,
    hunch, prediction, motto, pleasure, treat, god, goodness, condolences, apologies, apology, part, thing, stuff,
    favorite memory, memory, rule, solution, sister, brother, trip, vacation, holiday, journey, story, family, team,
    company"""
)

# A value that begins with one of these points at something else, or is a reaction and no taste.
POINTERS = _words(
    """it, this, that, these, those, them, him, her, us, you, your, yours, how, what, when, where, why, who, which,
    everything, anything, something, nothing, everyone, everybody, someone, all, both, either, such, so, too, very,
    my, our, his, their, its, the fact, the idea, the way, the look, the view, the colors, the thought,
    myself, yourself, there, here, some, any, each, every, another, other, more, most, one, ones, being, having,
    seeing, hearing, knowing, getting, going, doing, making, if, to think, to see, to hear, to know, to say, to
    believe, to be, to have, to get, to go, to do, to make, to help, to thank, to hear, as, is, are, was, and, or,
    not, just, only, even, still, whatever, whoever, me, i, we, he, she, they, than, like, no, talking, sharing,
    spending, watching you, working with you, looking"""
)
SMALL_IN_NAMES = frozenset("de da van von der den bin al el la le di del dos of y".split())
NOT_NAMES = _words(
    """mine, yours, ours, i, we, team, he, she, it, they, you, this, that, these, those, there, here, who, what, when, where, why, how, which,
    everyone, everybody, someone, somebody, nobody, anyone, people, nothing, everything, something, the, a, an, my,
    our, your, his, her, their, its, and, but, or, so, if, then, now, today, tomorrow, yesterday, monday, tuesday,
    wednesday, thursday, friday, saturday, sunday, january, february, march, april, may, june, july, august,
    september, october, november, december, yes, no, ok, okay, thanks, please, sorry, hello, hi, hey, well, also,
    just, some, all, most, many, each, both, another, other, god, life, love, work, home, dinner, lunch, breakfast,
    time, music, nature, art, family, one, two, three, first, last, next, let, let's, in, on, at, for, with, from,
    by, of, to, as, not, never, always, after, before, since, while, because, although, maybe, perhaps, wow, oh,
    apparently, actually, honestly, really, sure, great, cool, nice, good, bad, new, old, ai, api, url, production,
    prod, staging, redis, docker, search, code, tests, deploys, logs, python, java, data, everything, standup, ci,
    cd, done, right, wrong, ready, back, fine, busy, free, stuck, late, lost, happy, glad, tired, batman, groot, superman"""
)
# Where one lives in a manner of speaking, and rooms: no place of residence without more.
NOWHERE = _words(
    """denial, hell, heaven, chaos, hope, fear, peace, sweatpants, pyjamas, pajamas, leggings, hoodies, jeans, crocs, spreadsheets, meetings, limbo, squalor, poverty,
    bed, hiding, exile, darkness, misery, sin, luxury, regret, hogwarts, narnia, mordor, gotham, wonderland, neverland, atlantis, mars, the moon, moon, venus, garage,
    attic, basement, shed, kitchen, fridge, car, van, office, harmony, comfort, silence, isolation, debt, style, moderation, winter, summer, spring, autumn"""
)
# Lower-case words that may follow "I'm" in a greeting and are no name.
NOT_GREETED = _words(
    """new, back, here, sorry, tired, happy, sad, confused, stuck, trying, looking, glad, ready, good, fine, ok, okay,
    not, so, very, really, just, in, on, at, from, the, a, an, still, using, having, working, getting, going,
    unable, curious, interested, excited, late, early, sick, busy, free, done, sure, lost, bored, hungry, well,
    great, up, out, off, home, writing, building, wondering, thinking, planning, afraid, all, also, always, never,
    about, currently, seeing, running, running"""
)
# Verbs of what somebody still has to do outside the talk.
ERRANDS = _words(
    """write, renew, book, call, ring, phone, send, pay, buy, order, finish, return, pick up, drop off, collect, reply, post, email, register, apply, schedule, sort out, clean,
    pack, submit, file, cancel, get, sign, print, wrap, hand in, fill in, fill out, do, take, mow, water, wash, iron, invite, arrange, organise, organize, bring, prepare"""
)
# Of these no object is needed to tell that they are done outside the talk; nor is a time.
CHORES = _words(
    """renew, replace, repair, mow, wash, vacuum, hoover, iron, defrost, pay, book, submit, return, pick, collect, hand, water, feed, clean, call, ring, phone, register,
    schedule, arrange, prepare, pack, buy, order, migrate, upgrade, rotate, patch, back, archive, document, deploy, refactor, fix, sort, organise, organize, draft, finish,
    sign, descale, service, bleed, paint, repaint, clear, post, mail, email, text, answer, remind, invite, drop, rewire, seal, insulate, prune, trim, walk, groom, vaccinate,
    decommission, provision, retire, sweep, dust, tidy, empty, refill, recharge, charge, mend, sew, sharpen, oil, grease, assemble, install, mount, hang, plant, weed, dig,
    harvest, pickle, bake, cook, cancel, terminate, apply, enrol, enroll, claim, dispute, declare, transfer, reserve, rent, hire, interview, onboard, review, approve, publish,
    release, announce, test, update, proofread, translate, print, laminate, deliver, ship, fetch, reply, respond, visit, host, coach, train, rehearse, measure, inspect,
    rewrite, restore, rebuild, redo, take, bring, send"""
)
MEDICINES = _words(
    """statins, antibiotics, antihistamines, beta blockers, blood thinners, hrt, the pill, inhaler, iron tablets, painkillers, steroids, co-codamol, omeprazole,
    paracetamol, metformin, levothyroxine, methotrexate, warfarin, melatonin, water tablets, blood pressure tablets, insulin"""
)
EVENTS = _words(
    """appointment, meeting, interview, exam, test, flight, call, reservation, date, party, conference, surgery,
    operation, trip, presentation, checkup, check-up, concert, wedding, class, lesson, session, rehearsal, game,
    match, race, recital, demo, review, training, workshop, hearing, viewing, booking, dinner, lunch, standup, sync,
    1:1, one-on-one, retro, retrospective, kickoff, kick-off, launch, release, deadline, gig, offsite, retreat, hackathon, defense, defence, thesis
    defense, thesis defence, viva, show, performance, audition, webinar, consultation, scan, mri, therapy, haircut, audit,
    graduation, ceremony, celebration, bbq, barbecue, picnic, marathon, tournament, physical, seminar, delivery,
    vacation, holiday, half term, harvest, lambing, festival, fair, exhibition, exams, finals, rehearsals, christening, funeral, stag do, hen do, reunion, inspection, handover, induction, orientation, tasting, fitting, physio, mot, vet visit, parents evening, parents' evening, prom, auction, conference call, offsite"""
)
UNCOUNTED_VERBS = _words(
    """learn, read, write, build, lose, run, master, finish, visit, climb, travel, become, get better, improve, start,
    buy, save, pass, publish, launch, open, move, learn how, quit, stop, speak, play, retire, earn, complete, grow,
    cook, swim, study, apply, gain, reduce, pay off"""
)

# ---- what only looks like a value ----
NO_DRUG = frozenset(
    """it fine online offline vacation one none gone date late begin again certain main pain train fountain outside inside side ride pride guide
    alone phone zone someone anyone everyone done time machine routine magazine wine line mine nine mountain captain plate state estate private
    climate chocolate debate estimate rate update template candidate certificate alcohol protein control school tool pool cool whole role sole
    console""".split()
)
NO_ALLERGEN = _words(
    """common sense, small talk, mondays, monday, work, hard work, deadlines, meetings, fun, nonsense, commitment,
    exercise, mornings, responsibility, drama, bullshit, bs, math, people, stupidity, losing, failure, bad code,
    change, effort, cooking, cleaning, boredom, bureaucracy"""
)
LEADS = _words("tech lead, team lead, qa lead, engineering lead, design lead, product lead, swe, cmo, pm")
COLORS = frozenset({"red", "green"})  # which also say how a build does
# What is said of a thing, and names none.
REACTIONS = frozenset(
    "delicious amazing great awesome beautiful fun good cool nice gone coming best perfect lovely wonderful fantastic tasty incredible closed boring missing broken".split()
)
NO_THING = frozenset("question meeting call lot bit few friend idea problem phd degree".split())
KINDS_OF_PERSON = _words(
    """cat, dog, morning, night, tea, coffee, beach, mountain, city, country, mac, windows, linux, winter, summer, wine, beer, sweet, savory, indoor, outdoor, evening,
    savoury, paper, vinyl, spreadsheet, countryside, village, ebook, notebook, keyboard, autumn, spring, sea, forest, dark mode, light mode, window seat, aisle seat,
    hot chocolate, early morning, late night, small town, big city, board game"""
)
CONDITIONS_OF_THINGS = frozenset(
    """required optional mandatory invalid needed down up broken slow fast fine full wrong good bad ready done live back there missing unclear unknown different important red green
    fire hold track schedule ice taken dead stuck gone""".split()
)

# Of tools that do the same work one is used at a time; which, changes.
_OF_ONE_KIND = (
    "vim, neovim, nvim, emacs, vs code, vscode, visual studio code, intellij, pycharm, webstorm, goland, rubymine, sublime, sublime text, zed, cursor, xcode, nano, helix, eclipse, atom",
    "bash, zsh, fish, powershell, nushell",
    "kitty, alacritty, iterm, iterm2, wezterm, ghostty, warp, gnome terminal, konsole, windows terminal, hyper",
    "postgres, postgresql, mysql, mariadb, sqlite, mongodb, mongo, cockroachdb, oracle, sql server, dynamodb, cassandra, supabase, planetscale",
    "redis, valkey, memcached, dragonfly",
    "snowflake, bigquery, redshift, databricks, clickhouse",
    "elasticsearch, opensearch, solr, meilisearch, typesense, algolia",
    "kafka, rabbitmq, nats, sqs, pulsar, redpanda",
    "terraform, opentofu, pulumi, ansible, chef, puppet, cloudformation, saltstack",
    "jenkins, circleci, github actions, gitlab ci, travis, travis ci, buildkite, teamcity, bamboo, drone, azure pipelines",
    "github, gitlab, bitbucket, gerrit, codeberg, gitea",
    "jira, linear, asana, trello, shortcut, youtrack, clickup, monday, basecamp, github issues",
    "slack, discord, teams, microsoft teams, mattermost, zulip, google chat",
    "zoom, google meet, webex",
    "notion, obsidian, logseq, evernote, roam, onenote, bear, apple notes, joplin, anytype, confluence",
    "todoist, things, ticktick, omnifocus, microsoft to do",
    "chrome, firefox, safari, edge, brave, arc, vivaldi, opera, zen",
    "npm, pnpm, yarn",
    "pip, poetry, uv, pipenv, conda, pdm, hatch",
    "webpack, vite, rollup, esbuild, parcel, turbopack, rspack",
    "jest, vitest, mocha",
    "cypress, playwright, selenium",
    "black, ruff, yapf, prettier, biome",
    "mypy, pyright, ty",
    "maven, gradle, bazel",
    "aws, gcp, azure, google cloud, digitalocean, hetzner, linode, heroku, vercel, netlify, fly.io, render, railway",
    "docker, podman",
    "docker swarm, swarm, kubernetes, k8s, nomad, ecs",
    "nginx, apache, caddy, traefik, haproxy",
    "react, vue, svelte, angular, solid, solidjs, preact",
    "next.js, nextjs, nuxt, remix, astro, gatsby, sveltekit",
    "django, flask, fastapi, rails, ruby on rails, laravel, symfony, spring boot, express, nestjs, phoenix",
    "datadog, new relic, grafana, splunk, honeycomb, dynatrace",
    "stripe, adyen, braintree, paypal, square",
    "auth0, okta, keycloak, cognito, clerk",
    "sendgrid, mailgun, postmark, mailchimp",
    "figma, sketch, penpot, adobe xd",
    "ubuntu, debian, fedora, arch, arch linux, nixos, macos, windows, linux mint, linux, pop!_os, opensuse",
    "ios, android",
    "gmail, outlook, protonmail, proton mail, fastmail, thunderbird, apple mail",
    "whatsapp, signal, telegram",
    "1password, bitwarden, lastpass, keepass, dashlane",
    "spotify, apple music, tidal, youtube music, deezer",
    "lightroom, darktable, capture one",
    "ableton, logic pro, fl studio, reaper, cubase, bitwig",
)  # fmt: skip
KINDS_OF_TOOL = {name: n for n, listed in enumerate(_OF_ONE_KIND, 1) for name in _words(listed)}
SAME_TOOL = {
    "postgres": ("postgresql",), "postgresql": ("postgres",), "node": ("node.js",), "node.js": ("node",), "golang": ("go",), "go": ("golang",),
    "k8s": ("kubernetes",), "kubernetes": ("k8s",), "vs code": ("vscode",), "vscode": ("vs code",),
}  # fmt: skip
