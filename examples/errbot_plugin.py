"""An Errbot plugin: put it in a folder with a .plug file. Errbot's backends know many platforms, so the answer is plain."""

from errbot import BotPlugin, botcmd

from chatbot.adapters.host import Host

host = Host("plain")


class Cramps(BotPlugin):
    """Answers questions about muscle cramps."""

    @botcmd
    def cramp(self, message, args):
        """Ask about muscle cramps."""
        answer = host.answer(message.to, message.frm, args)
        return "\n\n".join(each["text"] for each in answer.messages)
