"""Movements that the motion prior holds as labelled codes: texts, and the clips of the training pack behind them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Learned:
    """One movement of the motion prior."""

    name: str
    texts: tuple[str, ...]
    """The caption first, then other ways to say it."""
    clips: tuple[str, ...]
    """Clips of the training pack: "name", or "name@start" in seconds; the first is the one that is played by default."""
    cyclic: bool = False
    """Whether it can go on for ever (walking) or happens once (a kick)."""
    pace: float = 1.0
    """By how much it is played faster than in the clip, for clips whose tempo is a game's rather than a person's."""


def _l(name: str, texts: str, clips: str, cyclic: bool = False, pace: float = 1.0) -> Learned:
    return Learned(name, tuple(t.strip() for t in texts.split(";")), tuple(clips.split()), cyclic, pace)


LEARNED: tuple[Learned, ...] = (
    _l("walk", "walking; walking forward; stepping forward; taking steps; walking backward; stepping backward; stepping back; backing up; walking at a normal pace; going somewhere on foot; walking down the street; taking steps",
       "cmu_02_01 cmu_walking_4 cmu_02_02 cmu_walking_13", True),
    _l("walk_brisk", "walking briskly; striding; walking fast; hurrying; walking with long strides; power walking; walking confidently",
       "cmu_walking_4 cmu_walking_13", True),
    _l("walk_slow", "walking forward slowly; ambling; sauntering; promenading", "cmu_walking_19 cmu_walking_18", True),
    _l("walk_turn", "walking in a circle; walking and turning around; walking back and forth; pacing around",
       "cmu_walking_22 cmu_walking_24 cmu_walking_48 cmu_walking_50@2"),
    _l("start_walk", "starting to walk; standing and then walking", "cmu_walking_52@1.2"),
    _l("walk_uneven", "walking on uneven ground; walking carefully over rocks; wading; walking through snow; trekking; walking through mud",
       "cmu_03_03@4 cmu_03_04@6"),
    _l("walk_backward", "retreating; backing away", "kk_walk_backward", True),
    _l("jog", "jogging; jogging forward; running slowly; trotting", "cmu_02_03 cmu_running_1", True),
    _l("run", "running; running forward; sprinting; racing; dashing; running away; running fast; fleeing; chasing; rushing",
       "cmu_09_11 cmu_running_1 cmu_running_2 cmu_running_4 cmu_running_5 cmu_running_6", True),
    _l("run_cartoon", "running like a ninja; cartoon running; running with the arms behind the back; naruto run", "m2m_run_anime", True),
    _l("run_weapon", "running with a rifle; running with a weapon; charging into battle; attacking soldier running", "kk_run_with_rifle", True),
    _l("sneak_walk", "walking in a low crouch; crouching and walking; moving forward in a crouch", "kk_crouch_walk", True, 0.5),
    _l("jump_forward", "jumping forward; long jump; leaping forward; jumping over something; jumping far; hurdling; leapfrogging",
       "cmu_jumping_1 cmu_jumping_3 cmu_01_01@1"),
    _l("jump_high", "jumping straight up; jumping up high; jumping to catch something", "cmu_02_04 cmu_jumping_5 kk_jump_up"),
    _l("jump_hop", "jumping up and down and hopping on one foot; hopscotch; playing hopscotch", "cmu_jumping_2@3 cmu_jumping_6@4"),
    _l("climb_bars", "climbing playground bars; climbing over an obstacle; climbing over a fence; climbing up and holding onto a bar",
       "cmu_01_02@2 cmu_01_04@3"),
    _l("hang", "hanging from a bar; swinging from a branch; doing pull-ups; dangling; doing chin-ups; monkey bars; swinging on a trapeze",
       "cmu_01_14@5 cmu_01_03@5 cmu_01_11@3"),
    _l("duck_under", "squatting down to go under something; ducking under a bar; crawling under an obstacle", "cmu_01_05@7"),
    _l("punch_strike", "punching and striking; practising punches; fighting fiercely; brawling", "cmu_02_05@3 cmu_02_05@9"),
    _l("jab_right", "punching with the right fist; jabbing; throwing a jab", "m2m_fighting_right_jab"),
    _l("punch", "lunging and punching; throwing a heavy punch; hitting somebody; slapping somebody", "kk_punch"),
    _l("boxing_stance", "standing in a boxing stance; getting ready to fight; bouncing like a boxer", "m2m_fighting_idle kk_fight_stance", True),
    _l("kick_front", "kicking forward; kicking down a door; front kick; kicking somebody; kicking with the right leg", "kk_kick"),
    _l("soccer_kick", "kicking a soccer ball; running up and kicking the ball; free kick in soccer; footballer shooting",
       "cmu_soccer_6@1.5 cmu_soccer_1@3 cmu_soccer_2@2"),
    _l("scoop", "bending over and scooping something up; gathering; harvesting; planting; picking fruit", "cmu_02_06@5 cmu_02_06@10"),
    _l("sword_swing", "swinging a sword; fighting with a big sword; duelling; slicing", "cmu_02_07@4 cmu_02_09@2"),
    _l("sword_chop", "chopping down with a sword; attacking with a sword; slashing; knight fighting", "kk_chop_1h kk_slash_diagonal"),
    _l("sword_slash", "slashing horizontally; cutting with a blade; swinging a knife", "kk_slash_horizontal"),
    _l("sword_jump", "leaping and striking with a sword; jump attack", "kk_jump_chop"),
    _l("stab", "stabbing; stabbing forward; thrusting a knife", "kk_stab_1h"),
    _l("two_handed", "swinging a two-handed weapon; swinging a hammer weapon; barbarian attack; swinging a club", "kk_slash_2h kk_chop_2h"),
    _l("spin_attack", "spinning around with a weapon; whirlwind attack", "kk_spin_2h"),
    _l("shield_block", "blocking with a shield; raising a shield; defending with a shield", "kk_block_hold kk_block", True),
    _l("shield_bash", "striking with a shield; shield bash", "kk_shield_bash"),
    _l("dual_slash", "fighting with two swords; slashing with two blades", "kk_slash_dual kk_chop_dual"),
    _l("wash_body", "washing the body; taking a bath; scrubbing oneself; applying lotion; drying with a towel", "cmu_02_10@4 cmu_02_10@12"),
    _l("wash_window", "washing a window with wide strokes; cleaning a window; wiping a mirror; wiping a board", "cmu_washwindow_1@3 cmu_washwindow_1@12"),
    _l("dribble_walk", "walking and dribbling a basketball; basketball player dribbling; moving with the ball", "cmu_basketball_4 cmu_basketball_1@2"),
    _l("referee", "making referee signals; refereeing; giving arm signals; semaphore; sign language", "cmu_basketball_signal_1@4 cmu_basketball_signal_5@10"),
    _l("traffic", "directing traffic; policeman directing traffic; guiding an airplane; traffic officer", "cmu_directing_traffic_4@6 cmu_directing_traffic_1@4"),
    _l("cartwheel", "doing cartwheels; cartwheel; doing acrobatics; tumbling", "cmu_49_08@1"),
    _l("backflip", "doing a backflip; backflip; somersault; doing a flip; doing a salto", "m2m_backflip"),
    _l("whirl", "dancing and whirling around; whirling; dancing wildly; spinning and dancing; dervish", "cmu_55_01@4 cmu_55_01@9"),
    _l("pop_dance", "walking in a showy pop dance style; posing like a pop star; showing off; walking like a superstar", "cmu_131_01@2"),
    _l("dance_pose", "dancing, hopping, spinning and striking a pose; jazz dancing; street dancing; break dancing", "cmu_131_03@2 cmu_131_03@5"),
    _l("dance_roll", "dancing with a body roll; modern dance; contemporary dance; sensual dancing", "m2m_dance_body_roll"),
    _l("charleston", "dancing the charleston; swing dancing; dancing jive; tap dancing; irish dancing", "m2m_dance_charleston", True),
    _l("dance_hips", "dancing, reaching up and swaying the hips; dancing samba; dancing zumba; latin dancing", "m2m_dance_reach_hip", True),
    _l("angry", "being angry; shaking both arms in anger; raging; being furious; shouting; yelling; screaming", "m2m_angry"),
    _l("confused", "being confused; being puzzled; not understanding", "m2m_confused"),
    _l("dizzy", "feeling dizzy; swaying; being sick", "m2m_dizzy", True),
    _l("shiver", "shivering; being cold; freezing; hugging oneself; trembling with fear; trembling", "m2m_shiver", True),
    _l("victory_jump", "jumping in victory; jumping and pumping a fist; winning a prize", "m2m_victory"),
    _l("defend_kneel", "kneeling on one knee and defending with a raised arm; taking cover; shielding oneself", "m2m_defend"),
    _l("head_nod", "nodding along; nodding to music", "m2m_head_nod", True),
    _l("listen", "listening; standing and listening; paying attention", "m2m_idle_listening", True),
    _l("power_up", "powering up; charging energy; turning into a super saiyan; straining", "m2m_power_up"),
    _l("reject", "refusing with the hands; rejecting; saying no with the hands; dismissing", "m2m_reject"),
    _l("throw_m", "throwing a ball far; hurling", "m2m_throw_ball"),
    _l("tired_hands_knees", "being exhausted on hands and knees; vomiting; collapsing from exhaustion", "m2m_tired_hunched"),
    _l("tired_kneel", "kneeling tired; being exhausted; catching the breath; resting on one knee", "m2m_tired_kneeling"),
    _l("blast", "blasting energy with both hands; thrusting both hands forward; kamehameha; shoving with both hands", "m2m_two_hand_blast"),
    _l("fly_wings", "flying forward with arms spread like wings; flying like an airplane; being an airplane", "m2m_flying_forward", True),
    _l("army_crawl", "crawling flat on the ground; army crawling; slithering; crawling like a soldier; crawling like a snake", "m2m_crawl_rm", True),
    _l("crawl_knees", "crawling on hands and knees", "kk_crawl", True),
    _l("cheer_kk", "cheering with both arms raised", "kk_cheer", True),
    _l("lie_down", "lying down on the floor; going to bed; going to sleep; collapsing", "kk_lie_down"),
    _l("lie_side", "lying on the side; sleeping on the side; napping", "kk_lie_on_side", True),
    _l("get_up", "getting up from the floor; rising from the ground; waking up and getting up; standing up from lying", "kk_lie_get_up"),
    _l("sit_floor_down", "sitting down on the floor; sitting down on the ground", "kk_sit_floor_down"),
    _l("sit_floor_lean", "sitting on the floor leaning back; relaxing on the beach; having a picnic; lounging", "kk_sit_floor", True),
    _l("sit_floor_up", "standing up from sitting on the floor", "kk_sit_floor_stand_up"),
    _l("fall_back", "falling backward; being shot; dying; being knocked down; slipping; fainting backward", "kk_fall_backward"),
    _l("fall_front", "falling forward; tripping; staggering and falling face down; falling over; falling down; stumbling and falling", "kk_fall_forward"),
    _l("hit", "being hit; being hit hard; being punched; staggering backward; getting hurt; being pushed", "kk_hit_hard"),
    _l("interact", "reaching forward to touch something; touching something; grabbing something; taking something from a shelf; reaching out", "kk_interact"),
    _l("pick_up_right", "picking something up with the right hand; collecting something; finding a coin", "kk_pick_up"),
    _l("hunched", "standing hunched over like a zombie; hunching; being old and bent", "kk_hunched_idle", True),
    _l("roar_land", "springing up and landing in a crouch; pouncing", "kk_roar"),
    _l("taunt", "taunting; provoking somebody; challenging; bring it on", "kk_taunt"),
    _l("dodge", "dodging; dodging to the side; evading; avoiding a punch; dodging a bullet", "kk_dodge_left kk_dodge_right kk_dodge_backward"),
    _l("rifle", "shooting a rifle; aiming a rifle; firing a gun; shooting a machine gun; hunting; sniper aiming; soldier shooting",
       "kk_shoot_rifle kk_aim_rifle", True),
    _l("pistol_one", "shooting a pistol with one hand; cowboy shooting; duel with pistols", "kk_shoot_pistol kk_aim_pistol"),
    _l("reload", "reloading a gun; reloading a pistol; reloading a rifle", "kk_reload_rifle kk_reload_pistol"),
    _l("staff", "raising a staff; holding up a torch; holding up a trophy; lifting a staff", "kk_magic_raise"),
    _l("cast", "casting a spell with both arms spread; conjuring", "kk_magic_cast_long"),
    _l("summon_kk", "crouching low and raising both arms to summon something; summoning", "kk_magic_summon"),
)  # fmt: skip
