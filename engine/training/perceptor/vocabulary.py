"""Words for what `outfit` names: colours, garments, hair, skin, shape; and the words held out for evaluation.

A value's words are one string, separated by '|'. The first word is the commonest (the sampler prefers it).
"""

from __future__ import annotations

COLOR_WORDS: dict[str, str] = {
    "black": "black|jet black|pitch-black|ebony",
    "dark grey": "dark grey|dark gray|charcoal|anthracite|slate grey",
    "grey": "grey|gray|medium grey|ash grey",
    "light grey": "light grey|light gray|pale grey",
    "silver": "silver|silvery|chrome|metallic|steel",
    "white": "white|snow white|pure white|snow-white|bright white",
    "cream": "cream|ivory|off-white|cream-coloured|eggshell",
    "beige": "beige|sand|sandy|sand-coloured|nude",
    "tan": "tan|camel|light brown|caramel|fawn",
    "khaki": "khaki|drab|khaki-coloured|military khaki",
    "brown": "brown|chestnut|chocolate|wood brown|leather brown",
    "dark brown": "dark brown|coffee|chocolate brown|deep brown|umber",
    "rust": "rust|rusty|brick|brick red|terracotta|rust-coloured",
    "copper": "copper|coppery",
    "bronze": "bronze|bronze-coloured",
    "gold": "gold|golden|gilded|metallic gold",
    "yellow": "yellow|bright yellow|lemon|lemon yellow|sunny yellow",
    "mustard": "mustard|mustard yellow|ochre|amber|dark yellow",
    "orange": "orange|bright orange|tangerine|pumpkin|neon orange",
    "coral": "coral|salmon|salmon pink|peach|apricot",
    "red": "red|bright red|scarlet|fire-engine red|cherry red|vermilion",
    "dark red": "dark red|crimson|deep red|blood red|ruby",
    "maroon": "maroon|burgundy|wine red|claret|oxblood",
    "pink": "pink|light pink|pale pink|rose|baby pink",
    "hot pink": "hot pink|bright pink|neon pink|deep pink",
    "magenta": "magenta|fuchsia|dark pink|pinkish purple",
    "lavender": "lavender|lilac|light purple|pale purple|mauve",
    "purple": "purple|violet|bright purple|grape",
    "dark purple": "dark purple|deep purple|plum|aubergine|eggplant",
    "navy": "navy|navy blue|dark blue|midnight blue|deep blue",
    "blue": "blue|strong blue|sapphire|cobalt|cobalt blue",
    "royal blue": "royal blue|bright blue|azure|electric blue",
    "light blue": "light blue|sky blue|pale blue|baby blue|powder blue",
    "turquoise": "turquoise|aqua|blue-green",
    "cyan": "cyan|neon blue|bright cyan|aqua blue",
    "teal": "teal|petrol|dark turquoise|dark cyan|petrol blue",
    "mint": "mint|mint green|pale green|pistachio",
    "green": "green|emerald|emerald green|grass green|kelly green",
    "dark green": "dark green|forest green|bottle green|deep green|hunter green",
    "light green": "light green|apple green|spring green",
    "lime": "lime|lime green|neon green|bright green",
    "olive": "olive|olive green|army green|moss green|olive drab",
}

GARMENT_WORDS: dict[str, str] = {
    "tank_top": "tank top|vest top|singlet|sleeveless shirt|undershirt|muscle shirt|sleeveless top",
    "t_shirt": "t-shirt|shirt|tee|tee shirt|short-sleeved shirt|polo shirt|top|jersey|T-shirt|tshirt|football shirt",
    "long_sleeve": "sweater|shirt|long-sleeved shirt|pullover|jumper|blouse|turtleneck|dress shirt|sweatshirt|"
    "long sleeve shirt|top|flannel shirt|button-down shirt|knitted sweater|cardigan",
    "jacket": "jacket|blazer|leather jacket|denim jacket|bomber jacket|sports jacket|suit jacket|anorak|"
    "short jacket|windbreaker|down jacket|biker jacket|tunic jacket|puffer jacket|sport coat",
    "coat": "coat|trench coat|long coat|overcoat|raincoat|winter coat|greatcoat|lab coat|duster|frock coat|parka",
    "hoodie": "hoodie|hooded sweatshirt|hooded sweater|hooded jumper|zip hoodie|hooded top",
    "robe": "robe|long robe|kimono|tunic|cassock|bathrobe|kaftan|monk's robe|dressing gown|flowing robe",
    "crop_top": "crop top|cropped top|cropped t-shirt|belly top|short top|midriff top",
    "vest": "vest|waistcoat|sleeveless jacket|safety vest|leather vest|gilet|bulletproof vest",
    "armor_torso": "breastplate|chest armor|armor|armour|body armor|chestplate|plate armor|cuirass|body armour",
    "bikini_top": "bikini top|bra|sports bra|bandeau top|halter top",
    "trousers": "trousers@|pants@|jeans@|slacks@|chinos@|cargo pants@|long pants@|sweatpants@|dress pants@|"
    "corduroys@|jogging pants@|baggy pants@|work trousers@",
    "shorts": "shorts@|short pants@|bermuda shorts@|sports shorts@|running shorts@|swim shorts@|knee-length shorts@|"
    "swimming trunks@",
    "briefs": "briefs@|underpants@|underwear@|trunks@|panties@|speedos@|loincloth|bikini bottom|swim briefs@",
    "skirt": "skirt|short skirt|miniskirt|mini skirt|kilt|pleated skirt|tutu|knee-length skirt",
    "long_skirt": "long skirt|maxi skirt|ankle-length skirt|floor-length skirt|flowing skirt|sarong",
    "leggings": "leggings@|tights@|hose@|skinny jeans@|yoga pants@|tight pants@|stockings@|spandex pants@",
    "dress": "dress|short dress|mini dress|sundress|summer dress|cocktail dress|knee-length dress|frock",
    "gown": "gown|long dress|evening dress|ball gown|maxi dress|floor-length dress|evening gown|ankle-length dress",
    "jumpsuit": "jumpsuit|bodysuit|catsuit|overalls@|coveralls@|boiler suit|spandex suit|wetsuit|leotard|onesie|"
    "skintight suit|racing suit|tight suit",
    "spacesuit": "spacesuit|space suit|astronaut suit|pressure suit|hazmat suit|diving suit",
    "swimsuit": "swimsuit|bathing suit|one-piece swimsuit|one-piece|bathing costume|swimming costume",
    "shoes": "shoes@|sneakers@|trainers@|loafers@|leather shoes@|running shoes@|heels@|high heels@|slippers@|"
    "dress shoes@|flats@|tennis shoes@|pumps@",
    "boots": "boots@|knee-high boots@|high boots@|combat boots@|leather boots@|rubber boots@|cowboy boots@|"
    "army boots@|riding boots@|wellingtons@|tall boots@",
    "sandals": "sandals@|flip-flops@|flip flops@|thong sandals@|open sandals@|leather sandals@",
    "socks": "socks@|knee socks@|long socks@|knee-high socks@|football socks@|tube socks@",
    "gloves": "gloves@|leather gloves@|mittens@|work gloves@|rubber gloves@|boxing gloves@",
    "gauntlets": "gauntlets@|long gloves@|arm guards@|bracers@|elbow gloves@|armored gloves@|vambraces@",
    "wristbands": "wristbands@|bracelets@|sweatbands@|cuffs@|wrist bands@",
    "belt": "belt|leather belt|sash|waistband|utility belt|cummerbund",
    "cape": "cape|cloak|flowing cape|mantle|long cape|superhero cape",
    "scarf": "scarf|shawl|neck scarf|woollen scarf|neckerchief|knitted scarf",
    "necklace": "necklace|chain|collar|pendant|choker|neck chain",
    "tie": "tie|necktie|long tie|silk tie",
    "mask_eyes": "eye mask|domino mask|mask over the eyes|mask around the eyes|bandit mask|half mask",
    "mask_mouth": "face mask|surgical mask|mouth mask|mask over the mouth|bandana over the face|medical mask",
    "mask_full": "full mask|full face mask|balaclava|ski mask|face-covering mask|mask|full-head mask",
    "helmet": "helmet|hard hat|crash helmet|motorcycle helmet|helm|safety helmet|football helmet|bike helmet",
    "hat": "hat|fedora|top hat|bowler hat|wide-brimmed hat|cowboy hat|sun hat|straw hat|tall hat|beret|turban",
    "cap": "cap|baseball cap|peaked cap|ball cap|flat cap|snapback|trucker cap",
    "headband": "headband|sweatband|hairband|circlet|crown|tiara|diadem|bandana|hair band",
    "glasses": "glasses@|spectacles@|sunglasses@|eyeglasses@|goggles@|shades@|rimmed glasses@",
    "hood": "hood|cowl|headscarf|veil|hijab|hooded cowl",
    "apron": "apron|kitchen apron|pinafore|cook's apron|leather apron",
    "backpack": "backpack|rucksack|school bag|knapsack|school backpack|hiking pack",
    "suspenders": "suspenders@|braces@|trouser braces@",
    "chest_emblem": "chest emblem|emblem on the chest|logo on the chest|badge|symbol on the chest|crest on the chest",
    "knee_pads": "knee pads@|kneepads@|knee guards@|knee protectors@",
    "shoulder_pads": "shoulder pads@|pauldrons@|shoulder armor@|shoulder plates@|epaulettes@",
}
"""'@' marks words that take no article (plural)."""

IMPLIED_COLORS: dict[str, tuple[str, ...]] = {
    "jeans": ("blue", "navy", "blue"),
    "denim jacket": ("blue", "navy"),
    "lab coat": ("white",),
    "safety vest": ("orange", "yellow"),
    "leather jacket": ("black", "black", "dark brown"),
    "biker jacket": ("black",),
    "crown": ("gold",),
    "tiara": ("silver", "gold"),
    "plate armor": ("silver", "grey"),
    "hard hat": ("yellow", "yellow", "orange", "white"),
    "surgical mask": ("light blue", "white", "turquoise"),
    "sunglasses": ("black",),
    "shades": ("black",),
    "cassock": ("black",),
    "wellingtons": ("green", "dark green", "yellow"),
    "hazmat suit": ("yellow", "orange"),
    "astronaut suit": ("white",),
    "cowboy hat": ("brown", "tan", "brown"),
    "cowboy boots": ("brown", "tan"),
    "straw hat": ("beige", "tan"),
    "loincloth": ("brown", "tan", "beige"),
    "leather boots": ("brown", "black", "dark brown"),
    "leather belt": ("brown", "black"),
    "combat boots": ("black",),
    "army boots": ("black",),
    "balaclava": ("black",),
    "wetsuit": ("black", "navy"),
}
"""A garment word said without a colour means one of these."""

COMPOSITES: dict[str, tuple[str, ...]] = {
    # words -> alternatives in the notation of `entries` ('*' = the colour that the caption may name)
    "suit|business suit|two-piece suit|lounge suit": (
        "white|light_blue long_sleeve; */white jacket; $ trousers; black|brown shoes; 60% * tie",
        "*/white|light_blue|black jacket; $ trousers; black|dark_brown shoes; 60% red|navy|black|grey tie",
    ),
    "tracksuit|track suit|jogging suit|sweatsuit": ("*/white|black jacket; $ trousers; white|black shoes",),
    "uniform": ("*/gold|black|white jacket; $ trousers; black shoes|boots; 50% black belt; 50% $ cap",),
    "bikini|two-piece swimsuit": ("* bikini_top; $ briefs",),
    "pyjamas@|pajamas@": ("* long_sleeve; $ trousers", "*/white stripes_v long_sleeve; $/white stripes_v trousers"),
    "scrubs@|surgical scrubs@": ("* t_shirt; $ trousers; white shoes",),
    "shorts and shirt|sports kit|football kit": ("* t_shirt; $ shorts; white|$ socks; black|white shoes",),
    "suit of armor|full plate armor|knight's armor": (
        "$ leggings; */gold|black armor_torso; $ gauntlets; $ boots; $ shoulder_pads; 50% $ helmet",
    ),
    "tuxedo|dinner suit": ("*/white jacket; $ trousers; black shoes; black tie",),
    "superhero costume|superhero suit|super suit|hero costume": (
        "*/^ jumpsuit; ^ briefs; ^ boots; ^ belt; 60% ^ cape; 50% ^ chest_emblem; 50% ^ mask_eyes",
        "*/^ jumpsuit; ^ boots; ^ gloves; 70% ^ chest_emblem; 60% $/white mask_full",
    ),
    "camouflage@|camouflage clothes@|camo gear@|army fatigues@": (
        "olive camo jacket; olive camo trousers; black boots",
        "khaki camo long_sleeve; khaki camo trousers; tan boots",
    ),
}
"""Words for several garments of one colour; '^' is a second random colour, the same throughout."""

COMPOSITE_COLORS: dict[str, tuple[str, ...]] = {
    "tuxedo|dinner suit": ("black", "black", "white", "navy"),
    "suit|business suit|two-piece suit|lounge suit": (
        "black", "dark grey", "grey", "navy", "blue", "white", "beige", "brown", "red", "purple", "green", "light blue",
    ),
    "suit of armor|full plate armor|knight's armor": (
        "silver", "grey", "gold", "black", "bronze", "dark grey", "blue", "red",
    ),
}  # fmt: skip
"""Colours that '*' takes when no other is asked for; any colour where a composite is missing here."""

PATTERN_WORDS: dict[str, str] = {
    "stripes_h": "striped|horizontally striped|stripy",
    "stripes_v": "pinstriped|vertically striped",
    "checks": "checked|checkered|plaid|tartan|gingham",
    "dots": "polka-dot|dotted|spotted",
    "camo": "camouflage|camo|camouflaged",
    "two_tone": "two-tone|two-coloured|half-and-half",
}
PATTERN_NOUNS: dict[str, str] = {
    "stripes_h": "stripes|horizontal stripes",
    "stripes_v": "vertical stripes|pinstripes",
    "checks": "checks|squares",
    "dots": "dots|polka dots|spots",
}

HAIR_COLOR_WORDS: dict[str, str] = {
    "black": "black|jet black|raven",
    "dark brown": "dark brown|dark|brunette",
    "brown": "brown|chestnut|brunette",
    "light brown": "light brown|mousy|dark blond",
    "blond": "blond|blonde|golden|fair|yellow",
    "platinum": "platinum blond|light blond|platinum|very light",
    "ginger": "ginger|red|orange-red|copper-coloured",
    "auburn": "auburn|dark red|reddish brown",
    "grey": "grey|gray|greying",
    "white": "white|snow-white",
    "pink": "pink|bright pink",
    "blue": "blue|bright blue",
    "green": "green|bright green",
    "purple": "purple|violet",
    "red": "bright red|crimson|fiery red",
    "orange": "orange|bright orange",
    "teal": "teal|turquoise",
    "yellow": "bright yellow|neon yellow",
    "silver": "silver|silvery",
}

HAIR_STYLE_WORDS: dict[str, str] = {
    # '{}' = hair colour and a space, or nothing
    "buzz": "very short {}hair|{}cropped hair|a {}buzz cut|shaved {}hair|a {}crew cut",
    "short": "short {}hair|{}hair cut short|a short {}haircut|neat {}hair",
    "medium": "shoulder-length {}hair|medium-length {}hair|a {}bob|half-long {}hair|chin-length {}hair",
    "long": "long {}hair|long flowing {}hair|very long {}hair|{}hair down to the waist|straight long {}hair",
    "ponytail": "a {}ponytail|{}hair in a ponytail|a long {}ponytail|a {}braid|{}hair tied back",
    "bun": "a {}bun|{}hair in a bun|a {}topknot|a {}hair bun|{}hair pinned up",
    "afro": "an {}afro|curly {}hair|frizzy {}hair|a big {}afro",
    "mohawk": "a {}mohawk|a {}mohawk haircut|{}spiked hair|a {}punk haircut",
}
BALD_WORDS = "a bald head|no hair|a shaved head|a bald scalp"

BEARD_WORDS: dict[str, str] = {
    "stubble": "{}stubble|a short {}beard|a {}five o'clock shadow|an unshaven face",
    "full": "a {}beard|a full {}beard|a bushy {}beard|a long {}beard|a thick {}beard",
    "moustache": "a {}moustache|a {}mustache|a thick {}moustache|a bushy {}mustache",
    "goatee": "a {}goatee|a {}chin beard|a pointed {}beard",
}

SKIN_WORDS: dict[str, str] = {
    "pale": "pale|very light|white",
    "fair": "fair|light|rosy",
    "tanned": "tanned|sun-tanned|light brown",
    "olive": "olive|honey-coloured",
    "brown": "brown|medium brown",
    "dark": "dark|dark brown",
    "black": "very dark|black",
    "green": "green|bright green",
    "dark green": "dark green|swamp green",
    "blue": "blue|bright blue",
    "light blue": "light blue|pale blue",
    "red": "red|blood-red",
    "purple": "purple|violet",
    "grey": "grey|gray|ashen",
    "white": "chalk-white|pure white",
    "ink": "jet black|ink-black",
    "yellow": "yellow|bright yellow",
    "orange": "orange|bright orange",
    "pink": "pink|bright pink",
    "teal": "teal|turquoise",
    "rotten": "rotten|rotting|decaying",
    "gold": "golden|gold|gilded",
    "silver": "silver|silvery|chrome",
    "bronze": "bronze|bronzed metal",
    "stone": "stone|rocky|stony",
    "wood": "wooden|bark-like",
    "metal": "metal|metallic|steel",
    "bone": "bone-white|bony white",
    "brown fur": "brown furry|brown-haired furry",
    "black fur": "black furry",
    "white fur": "white furry",
    "grey fur": "grey furry",
    "orange fur": "orange furry",
    "tan fur": "tan furry|sandy furry",
    "ice": "icy|ice-blue",
    "lava": "molten|burning",
    "clay": "clay|terracotta",
}
MATERIAL_WORDS: dict[str, str] = {
    # 'made of …'
    "gold": "gold|solid gold",
    "silver": "silver|chrome",
    "bronze": "bronze",
    "stone": "stone|rock|granite",
    "wood": "wood|bark",
    "metal": "metal|steel|iron",
    "ice": "ice",
    "lava": "lava|magma",
    "clay": "clay",
}
EYE_WORDS: dict[str, str] = {
    "brown": "brown|dark brown",
    "blue": "blue|bright blue",
    "green": "green",
    "grey": "grey|gray",
    "hazel": "hazel|amber",
    "black": "black|pitch-black",
    "red": "red|glowing red",
    "yellow": "yellow|glowing yellow",
    "white": "white|blank white",
}

SHAPE_WORDS: dict[str, dict[str, tuple[float, float, str]]] = {
    # attribute -> level -> (lowest, highest, adjectives)
    "height": {
        "towering": (0.75, 1.0, "very tall|towering|huge|gigantic|extremely tall|giant|enormously tall|really tall"),
        "tall": (0.35, 0.8, "tall|tallish|quite tall|rather tall|long-legged"),
        "average height": (-0.12, 0.12, "average-sized|medium-sized|normal-sized"),
        "short": (-0.8, -0.35, "short|small|petite|little|smallish|rather short|short-statured"),
        "tiny": (-1.0, -0.75, "tiny|very short|minuscule|extremely short|very small|miniature"),
    },
    "weight": {
        "obese": (0.75, 1.0, "obese|very fat|extremely fat|morbidly obese|hugely fat|very obese"),
        "fat": (
            0.35,
            0.8,
            "fat|overweight|chubby|plump|heavy|stout|pudgy|big-bellied|tubby|chunky|corpulent",
        ),
        "average weight": (-0.12, 0.12, "average-weight|normal-weight"),
        "slim": (-0.75, -0.3, "slim|thin|slender|lean|slight|narrow|svelte|thinnish"),
        "skinny": (-1.0, -0.7, "skinny|very thin|bony|scrawny|gaunt|extremely thin|underweight|super skinny|rail-thin"),
    },
    "muscle": {
        "very muscular": (
            0.75,
            1.0,
            "very muscular|extremely muscular|ripped|heavily muscled|very strong|hulking",
        ),
        "muscular": (0.35, 0.8, "muscular|strong|athletic|fit|well-built|buff|sporty|powerful|toned|sturdy|brawny"),
        "weak": (-1.0, -0.4, "weak|frail|feeble|flabby|puny|unathletic|delicate|unfit|weakly"),
    },
    "age": {
        "child": (0.2, 0.34, "ten-year-old|very young|school-age|preteen"),
        "teenager": (0.37, 0.47, "teenage|adolescent|teen|sixteen-year-old"),
        "young": (0.48, 0.6, "young|youthful|young adult|twenty-five-year-old"),
        "middle-aged": (0.7, 0.8, "middle-aged|fifty-year-old|mature"),
        "old": (0.85, 0.96, "old|elderly|aged|older|senior|seventy-year-old"),
        "very old": (0.95, 1.0, "very old|ancient|extremely old|wrinkled old|ninety-year-old"),
    },
    "gender": {
        "male": (0.6, 1.0, "male|masculine|manly"),
        "female": (-1.0, -0.6, "female|feminine|womanly"),
        "androgynous": (-0.15, 0.15, "androgynous|gender-neutral|unisex"),
    },
}

BUILD_PHRASES: dict[tuple[str, str], str] = {
    # after 'with' or a comma
    ("weight", "obese"): "an enormous belly|a huge belly|an obese body|a massive belly",
    ("weight", "fat"): "a big belly|a fat body|a round belly|a pot belly|a heavy build|a chubby body",
    ("weight", "slim"): "a slim build|a slim figure|a slender body|a thin body|a narrow waist",
    ("weight", "skinny"): "a skinny body|a bony body|very thin limbs|thin arms and legs",
    ("muscle", "very muscular"): "huge muscles|bulging muscles|a bodybuilder's body|enormous muscles",
    ("muscle", "muscular"): "an athletic build|strong arms|a muscular body|broad shoulders|big muscles|a strong body",
    ("muscle", "weak"): "a weak body|no muscles|a frail body|weak arms",
    ("height", "towering"): "a gigantic stature|a towering body",
    ("height", "tall"): "long legs|a tall stature|a tall body",
    ("height", "average height"): "average height|medium height|a medium stature",
    ("height", "short"): "short legs|a short stature|a small body",
    ("weight", "average weight"): "a medium build|an average build|a normal body",
}

NOUNS: dict[tuple[str, str | None], str] = {
    # (gender, age level) -> nouns
    ("male", None): "man|guy|male|fellow|dude|gentleman|men",
    ("female", None): "woman|lady|female|gal|women",
    ("any", None): "person|human|figure|someone|character|adult|individual|human being|avatar|body|people|somebody",
    ("male", "child"): "boy|little boy|young boy|schoolboy|male child",
    ("female", "child"): "girl|little girl|young girl|schoolgirl|female child",
    ("any", "child"): "child|kid|youngster|little kid|schoolchild",
    ("male", "teenager"): "teenage boy|teenager boy|adolescent boy|male teenager",
    ("female", "teenager"): "teenage girl|teenager girl|adolescent girl|female teenager",
    ("any", "teenager"): "teenager|teen|adolescent",
    ("male", "young"): "young man|young guy|lad|young fellow",
    ("female", "young"): "young woman|young lady|lass",
    ("any", "young"): "young person|young adult|student",
    ("male", "old"): "old man|grandpa|grandfather|elderly man|old guy|granddad|pensioner",
    ("female", "old"): "old woman|grandma|grandmother|elderly woman|old lady|granny|elderly lady",
    ("any", "old"): "old person|elderly person|senior|senior citizen|retiree",
    ("any", "toddler"): "toddler|small child|infant child|two-year-old",
    ("any", "baby"): "baby|infant|newborn|newborn baby",
    ("male", "middle-aged"): "middle-aged man|middle-aged guy|dad|father",
    ("female", "middle-aged"): "middle-aged woman|middle-aged lady|mother|mum",
}
AGE_ONLY_NOUNS: dict[str, tuple[float, float]] = {"toddler": (0.1, 0.19), "baby": (0.0, 0.08)}
PLURAL_NOUNS = frozenset({"someone", "somebody", "men", "women", "people"})
"""Nouns without an article ('men' and 'women' as in terse search words)."""

TEMPLATES: dict[str, tuple[str, ...]] = {
    "body": (
        "{}", "{}", "{}", "{}", "a 3D rendering of {} in unreal engine", "a 3D rendering of {} in unreal engine",
        "a 3d rendering of {} in unreal engine", "a photo of {}", "a 3D render of {}", "a picture of {}",
        "a rendered 3d model of {}", "an image of {}", "{}, full body", "an avatar of {}", "{} standing",
        "a 3D character: {}", "a full body shot of {}", "a drawing of {}", "a sculpture of {}", "{}.",
    ),
    "face": (
        "a 3D rendering of the face of {} in unreal engine", "a 3D rendering of the face of {} in unreal engine",
        "the face of {}", "a portrait of {}", "a close-up of the face of {}", "the head of {}", "a headshot of {}",
    ),
    "back": (
        "a 3D rendering of the back of {} in unreal engine", "a 3D rendering of the back of {} in unreal engine",
        "the back of {}", "{} from behind", "{} seen from behind", "a back view of {}",
    ),
}  # fmt: skip

MATERIAL_ADJECTIVES = ("leather", "cotton", "woollen", "silk", "linen", "velvet", "loose", "tight", "dirty",
                       "elegant", "shiny", "torn", "worn", "simple", "fancy", "ragged", "fashionable")  # fmt: skip
"""Adjectives of garments that do not change the look: the text tower learns to read past them."""

HELD_OUT: dict[str, tuple[str, str]] = {
    # word -> (role, value); never in a training caption
    "scarlet": ("color", "red"),
    "crimson": ("color", "dark red"),
    "burgundy": ("color", "maroon"),
    "ivory": ("color", "cream"),
    "charcoal": ("color", "dark grey"),
    "azure": ("color", "royal blue"),
    "emerald": ("color", "green"),
    "lilac": ("color", "lavender"),
    "violet": ("color", "purple"),
    "salmon": ("color", "coral"),
    "aqua": ("color", "turquoise"),
    "golden": ("color", "gold"),
    "fuchsia": ("color", "magenta"),
    "midnight blue": ("color", "navy"),
    "chocolate": ("color", "brown"),
    "slacks": ("kind", "trousers"),
    "pullover": ("kind", "long_sleeve"),
    "blazer": ("kind", "jacket"),
    "overcoat": ("kind", "coat"),
    "sneakers": ("kind", "shoes"),
    "spectacles": ("kind", "glasses"),
    "mittens": ("kind", "gloves"),
    "waistcoat": ("kind", "vest"),
    "cloak": ("kind", "cape"),
    "miniskirt": ("kind", "skirt"),
    "sundress": ("kind", "dress"),
    "rucksack": ("kind", "backpack"),
    "necktie": ("kind", "tie"),
    "singlet": ("kind", "tank_top"),
    "coveralls": ("kind", "jumpsuit"),
    "towering": ("height", "towering"),
    "petite": ("height", "short"),
    "overweight": ("weight", "fat"),
    "plump": ("weight", "fat"),
    "corpulent": ("weight", "fat"),
    "slender": ("weight", "slim"),
    "scrawny": ("weight", "skinny"),
    "brawny": ("muscle", "muscular"),
    "well-built": ("muscle", "muscular"),
    "feeble": ("muscle", "weak"),
    "elderly": ("age", "old"),
    "youthful": ("age", "young"),
    "guy": ("gender", "male"),
    "lady": ("gender", "female"),
    "physician": ("name", "doctor"),
    "policewoman": ("name", "police officer"),
    "fireman": ("name", "firefighter"),
    "buccaneer": ("name", "pirate"),
    "cosmonaut": ("name", "astronaut"),
    "sorcerer": ("name", "wizard"),
    "undead": ("name", "zombie"),
    "pugilist": ("name", "boxer"),
    "attorney": ("name", "lawyer"),
    "android": ("name", "robot"),
}
"""Synonyms for evaluation only; values are canonical (for names: the entry's first name)."""
