"""Further ways to say the movements: everyday paraphrases, professions, and verbs with the same body behind them."""

from __future__ import annotations

_TABLE = """
wave: greeting a friend, hello, goodbye, bye, welcoming guests with a wave, farewell, waving to the crowd, wave to the crowd, gentle wave
wave_both: signalling for rescue, flagging down a plane, cheering crowd waving
clap: ovation, clapping to the rhythm, congratulating
raise_both_arms: reaching up, reaching up high with both hands, praising god, rollercoaster ride, arms in the air, being arrested, giving up, capitulating, holding something overhead, blocking the sun
raise_arm: reaching up with one hand, reaching for a high shelf, changing a light bulb, hanging on a strap in a bus, statue of liberty, picking an apple from a tree
cheer: exulting, hurrah, fans celebrating a goal, celebrating a victory, being happy, rejoicing with joy, being excited, overjoyed
arms_folded: sulking, being stubborn, being bored, guarding the door, bouncer, bodyguard
hands_on_hips: being bossy, being impatient, peter pan, wonder woman, looking heroic
hands_behind: butler waiting, professor lecturing, inspecting
point: showing the way, ordering somebody, choosing somebody, uncle sam
salute: soldier greeting, reporting for duty, army
shrug: i don't know, who knows, being indifferent
facepalm: rubbing the eyes, having a migraine
cry: shedding tears, being heartbroken, hiding the face, peekaboo, lamenting
think: solving a problem, deciding, doubting, philosopher thinking, rubbing the chin, being curious
pray: pleading, pleading for mercy, imploring, being pious, monk praying, nun praying, wishing, making a wish
carry_walk: carrying something away, carrying a box away, carrying it away
bow: showing respect, japanese greeting, apologizing, saying sorry
nod: yes
shake_head: no
flex: mister universe, strongman, posing like a bodybuilder, showing muscles
thumbs_up: ok sign, liking, hitchhiking
stop: forbidding, warding off, resisting
hug: comforting somebody, loving, holding somebody tight, being in love, cuddling a teddy
welcome: shrugging with open arms, christ the redeemer, entertainer, host presenting, giving a sermon, offering something
argue: conversation, chatting, negotiating, quarrelling, telling a story, being a teacher, politician speaking, presenting a talk, lawyer, reporter speaking, interview, bragging, boasting, beatboxing, preaching, comedian
laugh: laughing out loud, joking, tickled, being amused
scared: bracing for impact, flinching, sheltering, earthquake, covering the head, panicking, being terrified
sad: being lonely, being ashamed with lowered head, being defeated, giving up sadly
bored_yawn: stretching after waking up, getting up in the morning, loosening up
look_around: exploring, observing, waiting for the bus, checking the surroundings, crossing the road carefully
hand_on_heart: breathing deeply, feeling emotional, confessing love
kick_ball: kicking, playing football, striker, passing the ball, dribbling with the feet, rugby kick, punting, shooting a soccer ball
high_kick: spinning kick, kicking like a ninja, bruce lee, side kick, flying kick, karate, roundhouse, kickboxing, muay thai, kung fu fighting, kung fu
box: fist fight, mma, shadowboxing, boxer training, attacking, battle, fighting somebody, combat, pummelling, arm wrestling, beating, smashing punches
block: self defence, bracing
throw: throwing a grenade, throwing a rock, quarterback passing, playing handball, bowling a cricket ball, throwing a punch ball, american football, passing a ball, launching something
catch: grabbing a ball, baseball catcher, goalkeeper
bowl: curling, throwing a bowling ball
golf: putting, mini golf, hockey, playing hockey, hitting a puck, polo, croquet
bat: swinging a stick, piñata, hitting a ball with a bat, softball, lumberjack swing
tennis: hitting a ball with a racket, ping pong, playing ping pong, lacrosse
archery: shooting a bow and arrow, shooting arrows at a target with a bow, shooting with a bow, robin hood, archer, slingshot, hunting with a bow
lift_weights: deadlift, barbell, strong woman lifting, snatch, clean and jerk, lifting a stone, lifting a heavy rock, hoisting, powerlifting, bench press, military press, overhead press
biceps_curl: gym, fitness training, strength training, exercising with weights
swim: swimmer, swimming in the sea, doing laps, butterfly stroke, drowning, treading water
row: gondola, rower, paddling a canoe
cycle: cycling race, tour de france, spinning class, exercise bike, riding a unicycle, riding a scooter, motorbike
drive: racing driver, chauffeur, taxi driver, piloting a plane, flying a helicopter, pilot, playing a racing game
ride_horse: jockey, cowboy riding, knight on a horse, riding a camel, bull riding, rodeo, equestrian
skate: figure skating, rollerblading, ice hockey skating, hockey player skating, gliding on ice
ski_downhill: windsurfing, sledding, slalom, paddle boarding, riding a skateboard, wakeboarding, standing on a surfboard, hoverboard
tug: heaving, hauling, towing, dragging a body, pulling a cart
phone: having a phone call, listening on the phone, receiver
read: studying, reading the bible, singing from a hymn book, librarian, checking a document
type: office worker, hacking, student working, emailing, coding, secretary, gaming, playing video games, gamer
write: filling in a form, doing homework, artist drawing, calligraphy, painter at work
drink: having a drink, drinking wine, drinking water from a bottle, tasting wine, gulping, swallowing a pill
eat: biting, chewing, snacking, munching, lunch, having a meal, eating pizza, eating a sandwich, licking an ice cream, eating an ice cream
comb: shampooing, drying the hair, hairdresser, putting on a helmet
guitar: rock star, playing ukulele, playing the electric guitar, jamming, musician, busking
drums: drum solo, banging, percussion, playing the bongos
sing: opera singer, pop star singing, choir, rapper, singing a song, microphone, lip sync
conduct: maestro, directing music
hammer: nailing, building, carpenter, pounding, banging on a table, rapping on a door, smashing something, crushing, breaking something, hulk smash, stamping a document, knocking on wood, using a hammer
chop_wood: lumberjack, chopping a tree, felling a tree, mining, pickaxe, executioner, smashing with a hammer
dig: burying something, excavating, ploughing, farming, gravedigger, gardening, hoeing
sweep: brooming, janitor cleaning, cleaning up, housework, raking, hoovering, scrubbing the floor, mop
saw: planing wood, rubbing, scrubbing, polishing, washing dishes, doing the laundry, washing clothes, dusting, washing a car
paint_wall: decorating, painting the fence, painting the ceiling, whitewashing, writing on a blackboard, graffiti, spraying
cook: chef, cooking soup, making pancakes, barbecuing, stirring coffee, blending, whisking, making a cake, brewing a potion, witch stirring a cauldron
carry: delivering a parcel, waiter, serving food, bringing a cake, holding a present, delivery man, fetching water, carrying a bucket, bringing something, fetching
lift_box: loading a truck, moving house, picking up a child
pick_flower: weeding, tying a shoe, tying shoes, bending down to tie the shoes, petting a dog, picking up trash, stooping, stroking a dog, looking for something on the ground
push: moving furniture, pushing a rock, sisyphus, pushing a broken car, shoving a wardrobe, leaning against a wall
open_door: entering a room, unlocking a door, using a key, ringing a bell, pressing a doorbell, closing a door, opening a window, opening a fridge, opening a curtain
smoke: having a cigarette, puffing
shake_hands: meeting somebody, making a deal, greeting formally
pistol: spy, james bond, secret agent, gangster, gunfight, shooting at a target, shooter, drawing a gun, cowboy drawing a revolver, quick draw
sit_chair: relaxing in an armchair, waiting room, sitting in a cafe, chilling, sitting in a wheelchair, king on a throne, resting, being on the toilet, watching tv, watching a movie
sit_floor: buddha, lotus pose, meditation, zen, guru, yogi, mindfulness, indian style, breathing exercises
kneel: genuflecting, submitting, surrendering on the knees, gardening on the knees
propose: knight kneeling, asking for her hand, swearing fealty, engagement
lie_back: being asleep, tanning, unconscious, taking a nap, corpse, relaxing in bed, being ill in bed, stargazing, making a snow angel, dreaming
crouch: squatting down and waiting, lurking, catcher stance, frog, hiding in the bushes
limp: dragging a leg, broken leg, hurt foot, sprained ankle, wounded soldier, pirate with a wooden leg
zombie_walk: zombie dragging a leg, frankenstein, undead, mummy, walking dead, walking corpse, staggering zombie
drunk_walk: tipsy, wobbling, walking on a rolling ship, losing balance
march: parade, soldier marching, toy soldier, band marching, military march, robot walking, stiff walking
tiptoe: burglar, thief, being sneaky, being quiet, pink panther
catwalk: fashion show, supermodel, diva, walking in high heels
sad_walk: walking home tired, dragging the feet, walking with the head down, shuffling sadly
happy_walk: dancing along the street, walking with a spring in the step, joyful walk
climb_stairs: taking the stairs, stepping onto a platform, mounting steps
climb_ladder: mountaineer, bouldering, climbing a rope, spider-man climbing, fireman on a ladder, scaling a wall, climbing a cliff, spiderman climbing
duck_walk: penguin, charlie chaplin, duck
gorilla_walk: ape, king kong, caveman, monkey, gorilla, orangutan
tightrope: acrobat on a rope, walking along a wall, walking on ice
hop: kangaroo, bunny hop, rabbit, frog jumping, jumping like a frog, jumping like a kangaroo
jumping_jacks: gymnastics class, cardio, workout
squat: barbell squats, sumo, leg exercise
push_up: boot camp, burpees, military training, planking
sit_up: abs workout, pilates
toe_touch: checking the toes, looking under the bed, forward fold
side_bend: morning exercise, aerobics class, gym class
yoga_tree: stork, flamingo, vrksasana
downward_dog: making an arch, adho mukha
handstand: walking on the hands, breakdance freeze, headstand
jump: hopping with joy, trampoline, leaping into the air, bouncing up and down, pogo, jumping rope without a rope
ballet: ballerina spinning on the toes, swan lake, prima ballerina, pointe, nutcracker, tutu, ballet dancer
dance: boogie, dance party, dance floor, tiktok dance, dancing to pop music, dancing happily, rave, wedding dance, k-pop dance, shuffle dance, gangnam style, macarena, freestyle dancing, hip hop, pole dance, dancing at a wedding, belly, jumping around to music
disco: saturday night fever, seventies dance
twist_dance: elvis, rock'n'roll, jive
waltz: tango, foxtrot, prom dance, couple dance, minuet, ballroom
hula: salsa, rumba, samba, cha cha, shakira, belly dance, hawaiian dance, merengue, reggaeton, bachata
robot_dance: android, cyborg, terminator, animatronic, popping and locking
headbang: metal concert, punk
superhero_landing: black widow, deadpool, landing from the sky, three-point landing
fly: superman, supergirl, rocket, flying through the clouds
bird: eagle, chicken, bat flying, butterfly, angel flapping wings, dragon flying
levitate: ghost, angel, spirit rising, floating like a ghost, floating in space, astronaut, zero gravity
fall_scared: jumping out of a plane, falling off a cliff, base jumping
monster: bear attack, dinosaur, t-rex, lion roaring, hulk, godzilla, werewolf, ogre, being a tiger, scary ghost, ghost scaring, boo, gorilla beating its chest, king kong roaring, beating the chest
magic: wizard, sorcerer, harry potter, jedi, dragon ball, street fighter, throwing magic, ice spell, witch
summon: sun worship, shaman, druid, priest blessing, conjuring spirits, moses parting the sea
kung_fu_crane: shaolin monk, samurai stance, tai chi, qigong, wushu, capoeira, jiu jitsu, judo
crawl_baby: toddler, on hands and knees, cat walking, dog walking on four legs, spider, tiger walking, looking for a contact lens
walk: crossing the street, walking the dog, walking home, commuting, walking to work, approaching, coming closer, leaving, following somebody, wandering off
walk_uneven: wading through water, hiking in the mountains, walking through a swamp, walking on the moon, climbing over rocks
run: escaping, running for the bus, marathon, running from danger, athlete, sprint, being chased, hunting prey, relay race, charging
jog: jogger, running in the park, fitness run
jump_forward: jumping over a puddle, jumping a fence, parkour, jumping over a hurdle, jumping across a gap, broad jump, jumping over a ditch, vaulting, vaulting over a wall, hurdle race
hang: pull up, tarzan, gymnast on a bar, hanging off a cliff, trapeze artist
punch: throwing a hook, hooking, throwing a cross, uppercutting, smacking, hitting somebody in the face, knockout, striking
soccer_kick: penalty kick, corner kick, free kick
scoop: shovelling with the hands, picking berries, collecting shells, bailing water
sword_swing: samurai, gladiator, he-man, katana, viking, warrior fighting, battle with a sword, drawing a sword, drawing his katana, fighting with a lightsaber, lightsaber duel, parrying, holding a sword, wielding a sword, sword
sword_chop: knight with a sword, crusader, swordsman
two_handed: orc attack, warhammer, axe fighting, baseball bat attack
wash_body: taking a shower, soaping, rubbing sunscreen, scratching an itch, washing oneself
wash_window: window cleaner, wiping the windshield, cleaning the blackboard, polishing a car
referee: signing, deaf person signing, football referee, umpire, directing a plane
whirl: dancing in circles, folk dance, dancing like a hippie, spinning in circles, dancing in the rain
dance_pose: breakdancing, michael jackson, voguing, pop star, showgirl, musical
charleston: lindy hop, irish jig, jig, line dance, country dance, square dance, polka
angry: tantrum, being mad, hating, cursing, being enraged, losing the temper, swearing, frustrated, screaming in anger
shiver: winter, feeling cold, being freezing, arctic, chill, nervous, fear
fall_back: slipping and falling on the back, falling on the back, getting shot, slipping on ice, slipping on a banana peel, knocked out, dying dramatically
fall_front: face plant, tripping over, fainting, passing out, collapsing
get_up: getting out of bed, rising from the dead, recovering from a fall
rifle: soldier, marine, hunter, war, warzone, commando, paintball, sniper
dodge: matrix, limbo dodge, escaping a blow, ducking
interact: using a touchscreen, pushing a button, atm, pressing an elevator button, feeding a horse, handing something over, giving something
staff: gandalf, wizard with a staff, torchbearer, olympic torch, freedom torch, champion lifting a cup
cast: sorceress, force push, telekinesis, hypnotizing
flag: twirling a lasso, swinging a rope, cracking a whip, lassoing, helicopter arms
look_far: gazing, gazing at the horizon, staring into the distance, watching the sunset, watching the stars, admiring the view
army_crawl: doing the worm, worm, wriggling, lizard
cello: plucking a harp, harpist
moonwalk: michael jackson moonwalk
sneeze: blowing out candles, spitting, blowing
choke: strangled
dress: taking off a hat, taking off a jacket, taking off glasses, combing in front of a mirror, changing clothes
stand: stopping, halting, coming to a halt, pausing, lowering the arms, lowering them, letting the arms hang, mannequin, statue, freezing in place, holding still, neutral pose, calm
point_up: astronomer
"""


def synonyms() -> dict[str, tuple[str, ...]]:
    """Further texts by movement."""
    out = {}
    for line in _TABLE.strip().splitlines():
        name, _, texts = line.partition(":")
        out[name.strip()] = tuple(text.strip() for text in texts.split(",") if text.strip())
    return out
