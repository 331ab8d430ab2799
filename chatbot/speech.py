"""Plain words for the short forms of text messages and of speech: "y do u" is "why do you", "wot" is "what", "me leg" is "my leg".

Only forms that mean one thing, or mean it in the place where they stand, are turned. What is slang for a subject of one's own belongs
to the synonyms and entities of an intents file. Folded words in, folded words out.
"""

from __future__ import annotations

from collections.abc import Sequence

_FORMS = """
u ya ye yous yall yer=you; ur=your; urself yerself=yourself; r=are; n=and; wot wat wut whit wha=what; wots wats wuts=whats; wen=when; wer=where
y=why; cuz coz cos bcuz bcos bcoz becuz becos becoz cus bc=because; pls plz plox pleez=please; thx thnx tnx thanx thanku=thanks; ty tysm=thank you
dont dnt dinnae donae=dont; cant cannae cnt=cant; wont wilnae=wont; didnae=didnt; doesnae=doesnt; isnae=isnt; wasnae=wasnt; wouldnae=wouldnt
couldnae=couldnt; shouldnae=shouldnt; gonna gunna finna gon=going to; wanna=want to; gotta=got to; hafta=have to; tryna=trying to
lemme=let me; gimme=give me; dunno=dont know; idk=i dont know; kinda=kind of; sorta=sort of; outta=out of; lotsa=lots of; cuppa=cup of tea
shud shld=should; cud cld=could; wud wld=would; shoulda=should have; coulda=could have; woulda=would have; hav hve av=have; giv=give; gud=good
wiv wid w=with; dat=that; dis=this; da teh=the; dem em=them; dey=they; thru=through; tho=though; altho=although; evry evri=every
summat sumthin sumfin somethin somefink sth smth sumthing=something; nowt nuffin nuffink nuttin nuthin=nothing; owt anyfink anythin nething=anything
sum1 some1 sumone=someone; any1 ne1=anyone; every1=everyone; no1=noone; ppl peeps=people; b4=before; 2nite 2night tonite tnite=tonight; nite=night
nites=nights; 2moro 2morrow 2moz tomoz tmrw tmoz=tomorrow; 2day=today; gr8=great; m8=mate; luv=love; rn=right now; atm=at the moment
asap=as soon as possible; wtf wth=what; jus jst=just; sez=says; fink=think; naw nah nope=no; yup yep yeah yea yh aye=yes; alot=a lot; abit=a bit
prob probs prolly=probably; def deffo=definitely; mins min=minutes; hrs hr=hours; secs=seconds; wks wk=weeks; yrs yr=years; doc docs=doctor
msg=message; dats=thats; diff=difference; bday=birthday; tabs=tablets; vit=vitamin; vits=vitamins
"""

_SLANG = """
kip kipping shuteye=sleep; scran nosh grub tucker=food; footy=football; preggers preggo=pregnant; jip gyp jyp gip=pain
knackered shattered bushed pooped=tired; sair=sore; heid=head; lil=little; kiddo=child; kiddos nippers=children
bevvy bevvies=drink; dodgy=bad; legit=genuine; bloke fella=man; lass=girl
chuffed=pleased; faff=bother; brekkie brekky=breakfast; arvo=afternoon
mardy=cross; sesh=session; vid=video
"""
"""Everyday slang with one plain meaning."""

_FILLERS = frozenset("innit init lol lmao tbh ngl imo imho fr smh ffs omg omfg haha hehe um uh erm uhm hmm".split())
"""Sounds and asides that say nothing of what is wanted; left out, unless there is nothing else."""

_LETTERS_BEFORE = frozenset("vitamin vitamins vit hepatitis hep group type factor complex or and".split())
"""After these, a single letter is a name: "vitamin b"."""

_TO_BEFORE = frozenset(
    "need needs want wants have has had got going go used meant how try trying supposed ought able like ready due".split()
)
_FOR_AFTER = frozenset(
    "my me the a an this that these them it you u ur your cramp cramps leg legs calf calves foot feet muscle muscles pain".split()
)
_COUNTED = frozenset(
    "at for last past every about than under over of the in after age aged number source option only these those around".split()
)

_MINE = frozenset(
    "leg legs calf calves calfs foot feet toe toes thigh thighs hamstring hamstrings hammy quad quads shin shins knee knees hip hips bum ankle ankles arm "
    "arms hand hands finger fingers thumb neck back shoulder shoulders jaw ribs side belly tummy stomach head muscle muscles arch heel eye eyelid "
    "mum mam mom dad da nan gran nana granny grandad husband hubby wife missus bloke fella lad lass son daughter bairn kid kids baby "
    "doctor gp physio tablets pills meds medication statins inhaler bed sleep kip job shift period shoes boots socks".split()
)
_GIVING = frozenset(
    "give gives giving gave show shows tell tells help helps get gets gettin getting bring send make makes making let lets cost".split()
)


def _table() -> dict[str, tuple[str, ...]]:
    found = {}
    for line in f"{_FORMS};{_SLANG}".replace("\n", ";").split(";"):
        forms, _, meaning = line.partition("=")
        found.update({form: tuple(meaning.split()) for form in forms.split() if (form,) != tuple(meaning.split())})
    return found


_TABLE = _table()


def plain_words(tokens: Sequence[str]) -> list[str]:
    """Folded words with short and spoken forms written out."""
    result: list[str] = []
    for at, word in enumerate(tokens):
        before = result[-1] if result else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        if word not in _FILLERS:
            result += _plain(word, before, after)
    return result or list(tokens)


def _plain(word: str, before: str, after: str) -> tuple[str, ...]:
    if word == "2" and before in _TO_BEFORE and after.isalpha():
        return ("to",)
    if word == "4" and after in _FOR_AFTER and before and before not in _COUNTED and not before.isdigit():
        return ("for",)
    if word in ("me", "ma", "mi", "meh"):
        return ("my",) if after in _MINE and before not in _GIVING else (word,)
    if len(word) == 1 and (before in _LETTERS_BEFORE or before.isdigit() or (word != "u" and not after)):
        return (word,)  # "vitamin b", "hepatitis c", "5 w", the answer "y"
    if word == "b":
        return ("be",) if after.isalpha() and len(after) > 1 else (word,)
    return _TABLE.get(word, (word,))
