"""What the linter of the examples finds, each with a tiny intents file."""

from chatbot.intent_lint import intent_findings
from chatbot.intents_file import BOT, Intent, IntentsFile


def file_of(**examples):
    intents = tuple(Intent(name, "topic", name, f"{name}?", tuple(texts), (), (), (), line) for line, (name, texts) in enumerate(examples.items(), 1))
    return IntentsFile(dict(BOT), (), intents, (), (), {}, {}, "intents.yaml")


WHY = ["why do I cramp", "what causes it", "the reason for spasms", "where does it come from", "how come my leg seizes"]
FOOD = ["which foods are good", "what should I eat", "is a banana useful", "diet against it", "meals that stop spasms"]


def messages(file):
    return [str(finding) for finding in intent_findings(file)]


def test_examples_that_differ_are_clean():
    assert messages(file_of(why=WHY, food=FOOD)) == []


def test_an_example_that_stands_twice_is_found():
    assert messages(file_of(why=[*WHY, "Why do I cramp?"], food=FOOD)) == ["intents.yaml:1: “Why do I cramp?” stands twice in 'why'; keep one"]


def test_an_example_that_stands_in_two_intents_is_found():
    assert "stands in 'why' and in 'food'" in messages(file_of(why=WHY, food=[*FOOD, "what causes it"]))[0]


def test_twins_in_two_intents_are_found():
    found = messages(file_of(why=[*WHY, "which vegetables and which nuts hold potassium"], food=[*FOOD, "which nuts and which vegetables hold potassium"]))
    assert any("says what" in message for message in found)


def test_an_intent_with_too_few_examples_is_found():
    assert "has 2 examples; write at least 4" in messages(file_of(why=WHY[:2], food=FOOD))[0]


def test_an_intent_that_another_swallows_is_found():
    many = [f"{text} {word}" for text in WHY for word in ("now", "here", "again")]
    twins = [f"{text} please" for text in many]
    found = messages(file_of(why=many, again=twins, food=FOOD))
    assert any("sharpen both" in message for message in found)
