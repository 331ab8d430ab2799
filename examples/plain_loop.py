"""A talk in a terminal, or with any program that writes a line and reads the answer."""

from chatbot import Chatbot, DialogueState, render

bot = Chatbot(region="gb")  # whose emergency lines are named


def main() -> None:
    state = DialogueState()
    while text := input("> "):
        turn = bot.respond(text, state)
        state = turn.state
        print(render.plain(turn.reply))


if __name__ == "__main__":
    main()
