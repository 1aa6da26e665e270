"""Rarer words for garments, hair, skin and shapes: said in one caption of ten, so that prompts with them are read.

Chosen by hand from WordNet's words under clothing, fat, thin, tall, small, strong, weak, old and young. The format is
that of `vocabulary`; '@' marks plurals.
"""

from __future__ import annotations

RARE_WORDS: dict[str, dict[str, str]] = {
    "kind": {
        "tank_top": "camisole|muscle tee|basketball jersey|string vest|A-shirt|halter neck top",
        "t_shirt": "sport shirt|V-neck shirt|graphic tee|band shirt|scrub top|Hawaiian shirt|bowling shirt|"
        "sports jersey|crew neck shirt|oversized t-shirt|V-neck",
        "long_sleeve": "polo-neck|cashmere sweater|woollen jumper|work shirt|evening shirt|thermal shirt|"
        "crew neck|roll-neck sweater|fleece|lumberjack shirt|henley|knit top|oxford shirt|ruffled shirt|rollneck|"
        "peasant blouse",
        "jacket": "sports coat|bolero|tailcoat|dinner jacket|doublet|jerkin|pea jacket|peacoat|ski jacket|"
        "donkey jacket|varsity jacket|aviator jacket|fleece jacket|bolero jacket|mess jacket|smoking jacket|"
        "tweed jacket|shell jacket|track jacket|motorcycle jacket|quilted jacket|rain jacket|military jacket|"
        "college jacket|letterman jacket",
        "coat": "topcoat|duffel coat|fur coat|mink coat|mackintosh|slicker|sheepskin coat|laboratory coat|"
        "doctor's coat|car coat|woollen coat|ulster|redingote|swagger coat|housecoat|camel coat|oilskin",
        "hoodie": "hooded jacket|zip-up hoodie|pullover hoodie|sweat jacket|hooded fleece",
        "robe": "caftan|toga|abaya|vestment|surplice|judge's robe|academic gown|wizard's robe|nun's habit|habit|"
        "burnous|djellaba|thobe|galabia|hanbok robe|priest's robe|chasuble|alb|monastic habit|kaftan robe|"
        "hooded robe",
        "crop_top": "bolero top|bustier|cropped shirt|cropped sweater|choli|tube top|bandeau",
        "vest": "bodywarmer|puffer vest|fishing vest|tactical vest|sweater vest|high-visibility vest|flak jacket|"
        "reflective vest|quilted vest|suit vest|sleeveless cardigan",
        "armor_torso": "chain mail|mail shirt|hauberk|corset|bodice|chest protector|scale armor|plate mail|"
        "brigandine|body plate|steel breastplate|leather armor",
        "bikini_top": "brassiere|swim top|triangle top|bikini bra",
        "trousers": "breeches@|britches@|denims@|bell-bottoms@|flared trousers@|suit trousers@|cords@|"
        "tweed trousers@|leather pants@|harem pants@|track pants@|flannel trousers@|culottes@|carpenter pants@|"
        "pantaloons@|khakis@|dungarees@|ski pants@|joggers@|cotton pants@|wide-leg pants@|pajama bottoms@|"
        "Levi's@|blue jeans@|long trousers@",
        "shorts": "hot pants@|cutoffs@|knee breeches@|lederhosen@|board shorts@|boxing trunks@|cargo shorts@|"
        "gym shorts@|knickerbockers@|jean shorts@|denim shorts@|boxers@|bathing trunks@",
        "briefs": "boxer briefs@|thong|knickers@|swimming briefs@|jockstrap|diaper|G-string|undies@|drawers@|"
        "bathing briefs@|breechcloth",
        "skirt": "ballet skirt|grass skirt|tennis skirt|pencil skirt|denim skirt|mini|circle skirt|plaid kilt|"
        "cheer skirt",
        "long_skirt": "maxi|petticoat|full skirt|gathered skirt|hoop skirt|crinoline|wrap skirt|gypsy skirt|"
        "dhoti|lungi",
        "leggings": "pantyhose|nylons@|long johns@|running tights@|treggings@|jodhpurs@|riding breeches@|"
        "stretch pants@|cycling tights@|fishnets@|thermal leggings@|dancer's tights@|hosiery",
        "dress": "shift|chemise|nightie|tunic dress|shirt dress|babydoll dress|tea dress|swing dress|party dress|"
        "pinafore dress|day dress|negligee|skater dress|wrap dress|bodycon dress",
        "gown": "bridal gown|wedding dress|wedding gown|sari|prom dress|nightgown|nightdress|formal dress|"
        "tea gown|full-length dress|princess dress|cheongsam|qipao|medieval dress|dirndl",
        "jumpsuit": "unitard|body suit|cat suit|diving suit|boiler-suit|flight suit|romper|playsuit|ski suit|"
        "superhero suit|lycra suit|motorcycle leathers@|full-body suit|second-skin suit|latex suit|dancewear|"
        "snowsuit",
        "spacesuit": "biohazard suit|protective suit|EVA suit|radiation suit|moon suit|cosmonaut suit",
        "swimsuit": "maillot|tank suit|one-piece bathing suit|bathing dress|monokini|teddy|gymnastics leotard",
        "shoes": "Oxfords@|brogues@|moccasins@|clogs@|ballet shoes@|plimsolls@|canvas shoes@|court shoes@|"
        "stilettos@|gym shoes@|platform shoes@|football shoes@|walking shoes@|deck shoes@|kicks@|cleats@|"
        "derbies@|espadrilles@|patent shoes@|wedges@|low shoes@|lace-ups@|high tops@|hi-tops@",
        "boots": "jackboots@|hiking boots@|ski boots@|work boots@|gumboots@|thigh boots@|Doc Martens@|"
        "rain boots@|mukluks@|galoshes@|moon boots@|platform boots@|greaves@|thigh-high boots@|snow boots@|"
        "motorcycle boots@|Hessian boots@|lace-up boots@|suede boots@|wellies@",
        "sandals": "strappy sandals@|beach sandals@|gladiator sandals@|Roman sandals@|slides@|thongs@|huaraches@",
        "socks": "athletic socks@|argyle socks@|knee-highs@|shin guards@|leg warmers@|gaiters@|"
        "over-the-knee socks@|woollen socks@|shin pads@",
        "gloves": "kid gloves@|suede gloves@|golf gloves@|surgical gloves@|gardening gloves@|woollen gloves@|"
        "driving gloves@|latex gloves@|fingerless gloves@|batting gloves@",
        "gauntlets": "opera gloves@|evening gloves@|arm warmers@|metal gloves@|elbow-length gloves@|arm pads@|"
        "forearm guards@",
        "wristbands": "bangles@|wrist cuffs@|armlets@|wrist guards@|arm bands@|wrist straps@",
        "belt": "girdle|cartridge belt|waist belt|weight belt|karate belt|waist sash|money belt|tool belt|obi|gun belt",
        "cape": "opera cloak|hooded cloak|poncho|serape|royal mantle|vampire cape|capelet|robe cape|hooded cape",
        "scarf": "muffler|stole|feather boa|boa|kerchief|pashmina|bandanna|wrap|cravat|ascot|ruff|shawl collar|"
        "silk scarf",
        "necklace": "pearl necklace|beads@|gold chain|neck ring|lei|pearls@|medallion|torc|collar of gold|locket|"
        "dog tag",
        "tie": "bow tie|bowtie|bolo tie|black tie|long necktie|club tie|silk necktie|striped tie",
        "mask_eyes": "Zorro mask|masquerade mask|domino|superhero mask|Venetian mask|blindfold|carnival mask",
        "mask_mouth": "respirator|gas mask|N95 mask|dust mask|bandit's bandana|face covering|mouth guard|"
        "ninja mask|muzzle",
        "mask_full": "hockey mask|skull mask|clown mask|wrestling mask|robber's mask|Halloween mask|rubber mask|"
        "fencing mask|welding mask|false face|wrestler's mask|animal mask",
        "helmet": "crash hat|space helmet|tin hat|bike helmet|cycling helmet|Viking helmet|knight's helmet|"
        "sallet|steel helmet|riot helmet|combat helmet|racing helmet|batting helmet|pith helmet|diving helmet|"
        "firefighter helmet",
        "hat": "bowler|sombrero|Stetson|trilby|panama hat|homburg|boater|bonnet|fez|stovepipe hat|tricorne|"
        "deerstalker|cocked hat|tam o'shanter|witch's hat|wizard hat|pointed hat|bobble hat|beanie|woolly hat|"
        "knit cap|nightcap|chef's hat|pillbox hat|cloche|bucket hat|floppy hat|party hat|mitre|bearskin|shako|"
        "ten-gallon hat|porkpie hat",
        "cap": "service cap|sailor cap|golf cap|newsboy cap|jockey cap|police cap|swimming cap|skullcap|kepi|"
        "yarmulke|officer's cap|captain's cap|military cap|ski cap|nurse's cap|bathing cap|kippah|forage cap",
        "headband": "coronet|laurel wreath|flower crown|halo|alice band|hachimaki|royal crown|golden crown|"
        "fillet|hair ribbon|wreath|hair bow|feather headdress",
        "glasses": "reading glasses@|aviators@|horn-rimmed glasses@|ski goggles@|swimming goggles@|"
        "safety glasses@|monocle|bifocals@|dark glasses@|Ray-Bans@|nerd glasses@|round glasses@|eyewear|"
        "safety goggles@|pince-nez",
        "hood": "wimple|chador|keffiyeh|nun's veil|bridal veil|coif|headcloth|kerchief on the head|babushka|"
        "shayla|chain mail coif|niqab|hooded scarf|head covering",
        "apron": "chef's apron|butcher's apron|smock|barbecue apron|blacksmith's apron|bib apron|work apron|tabard",
        "backpack": "hiking backpack|travel backpack|daypack|jetpack|pack|quiver on the back|oxygen tank|"
        "turtle shell|satchel on the back|book bag|schoolbag|haversack|shell on the back|parachute",
        "suspenders": "galluses@|shoulder straps@|gallowses@|harness",
        "chest_emblem": "superhero logo|star on the chest|breast badge|medal|large logo|printed logo|brooch|"
        "sheriff's star|name badge|coat of arms on the chest|big letter on the chest|medals@",
        "knee_pads": "poleyns@|skate pads@|protective knee pads@|knee caps@|knee armor",
        "shoulder_pads": "spaulders@|football pads@|shoulder guards@|padded shoulders@|shoulder boards@|"
        "spiked shoulders@",
    },
    "height": {
        "towering": "colossal|gargantuan|enormous|immense|sky-high|seven-foot|mountainous|titanic|skyscraping|"
        "exceptionally tall|super tall|incredibly tall",
        "tall": "lofty|leggy|statuesque|rangy|six-foot|fairly tall|long-limbed|pretty tall",
        "average height": "average-height|medium-height|middle-sized|of-normal-height",
        "short": "squat|dumpy|diminutive|undersized|compact|pint-sized|pretty short|shortish|"
        "vertically challenged|stubby|stumpy",
        "tiny": "wee|teeny|dwarfish|gnomish|elfin|lilliputian|incredibly short|super short|knee-high|"
        "midget-sized|teeny-tiny|itsy-bitsy|thumb-sized",
    },
    "weight": {
        "obese": "enormously fat|grossly overweight|gigantically fat|super fat|incredibly fat|blubbery|"
        "elephantine|whale-like|ballooning",
        "fat": "portly|rotund|tubbyish|paunchy|potbellied|fleshy|flabby|podgy|roly-poly|double-chinned|"
        "pear-shaped|well-fed|curvy|buxom|hefty|bulky|voluptuous|full-figured|thickset|heavyset|stocky|fattish|"
        "porky|large-bellied|big-boned|beer-bellied|round-bellied|weighty",
        "slim": "trim|lithe|sylphlike|willowy|wiry|lanky|dainty|graceful|slender-waisted|lightly built|gracile|"
        "small-waisted|slimline",
        "skinny": "emaciated|skeletal|anorexic|haggard|spindly|gangly|scraggy|malnourished|starved|cadaverous|"
        "rawboned|reedy|weedy|twig-like|thin as a rail|pencil-thin|stick-thin|wafer-thin|starving|half-starved|"
        "bony-limbed",
    },
    "muscle": {
        "very muscular": "jacked|shredded|swole|steroid-pumped|herculean|enormously muscular|super strong|"
        "muscle-bound|bulging|mighty|massively built|super muscular|bodybuilding|hugely muscular",
        "muscular": "burly|beefy|sinewy|stalwart|robust|strapping|husky|broad-shouldered|trained|well-muscled|"
        "muscly|rugged|firm|in-shape|hunky|stocky and strong|vigorous|hardy|well-toned|chiseled|chiselled|"
        "ripped-looking",
        "weak": "sickly|fragile|decrepit|weedy|infirm|spindly-armed|limp|feather-weight|wimpy|out-of-shape|slack|"
        "doddery",
    },
    "age": {
        "child": "eight-year-old|nine-year-old|prepubescent|elementary-school|childlike|primary-school",
        "teenager": "fifteen-year-old|fourteen-year-old|pubescent|high-school|teenaged|juvenile",
        "young": "twenty-year-old|youngish|thirty-year-old|college-age|fresh-faced",
        "middle-aged": "forty-five-year-old|fifty-something|midlife|fifty-five-year-old",
        "old": "aging|ageing|grey-haired|senescent|sixty-eight-year-old|venerable|grizzled|pensioned|geriatric|oldish",
        "very old": "eighty-year-old|decrepit old|wizened|centenarian|hundred-year-old|hoary|super old|"
        "shrivelled old|nonagenarian|octogenarian",
    },
    "noun": {
        "male:": "chap|bloke|lad|male person|father|husband|brother|hombre",
        "female:": "young lady|dame|lass|female person|mother|wife|sister|chick|gentlewoman",
        "any:": "persona|model|humanoid|3D character|figurine|grown-up|mortal|earthling|soul|game character",
        "male:child": "small boy|young lad|kid brother|son|male kid",
        "female:child": "small girl|kid sister|daughter|young lass|lassie",
        "any:child": "little one|minor|kiddo|tot|schoolkid|child of ten|preteen",
        "male:teenager": "youth|teen boy|high school boy|male teen",
        "female:teenager": "teen girl|high school girl|female teen|maiden",
        "any:teenager": "juvenile|high school student|teeny|adolescent person|youngster",
        "male:old": "old fellow|geezer|codger|old chap|grandad|gramps|elder|aged man|graybeard|old-timer",
        "female:old": "old dear|crone|nan|nana|aged woman|old dame|matron|gran|hag",
        "any:old": "oldster|elder|OAP|old folk|golden ager|octogenarian|older adult|retired person",
        "any:baby": "nursling|suckling|babe|little baby|baby child|bambino",
        "any:toddler": "tot|three-year-old|nursery child|little tot",
        "male:middle-aged": "family man|middle-aged fellow|fifty-year-old man|mature man|uncle",
        "female:middle-aged": "aunt|mature woman|middle-aged female|fifty-year-old woman",
    },
    "hair_color": {
        "black": "coal-black|inky|raven-black|very dark",
        "dark brown": "espresso|chestnut-brown|umber|dark-brown",
        "brown": "hazelnut|nut-brown|mid-brown",
        "light brown": "sandy|dirty blond|honey-brown",
        "blond": "flaxen|straw-coloured|wheat-blond|honey-blond|strawberry blond",
        "platinum": "white-blond|bleached|ash-blond|peroxide blond",
        "ginger": "carrot-coloured|flame-coloured|carroty|gingery|rust-red",
        "auburn": "mahogany|russet|henna-red",
        "grey": "silver-grey|ash-grey|salt-and-pepper",
        "white": "snowy|hoary|cotton-white",
        "blue": "navy|electric blue|cobalt",
        "green": "lime|emerald-green|neon green",
        "pink": "rose|candy pink|hot pink",
        "purple": "lavender|plum|magenta",
    },
    "skin": {
        "pale": "pallid|porcelain|ghostly pale|pasty|white-ish",
        "fair": "peachy|creamy|Caucasian|pinkish",
        "tanned": "sunburnt|bronzed|golden-brown|sun-kissed|suntanned",
        "olive": "Mediterranean|tawny|beige",
        "brown": "caramel|coffee-coloured|mocha",
        "dark": "deep brown|chestnut|mahogany",
        "black": "ebony|African|deep black",
        "green": "lime-green|grass-green|orc-green",
        "blue": "azure-blue|cobalt|smurf-blue",
        "red": "crimson-red|devil-red|fire-red",
        "grey": "slate|ash-coloured|zombie-grey",
    },
    "eye_color": {
        "brown": "chestnut|chocolate-coloured",
        "blue": "icy blue|sky-blue|sapphire",
        "green": "emerald-green|jade",
        "red": "blood-red|ruby",
    },
}
