"""The one exception whose text is meant for the person at the terminal."""


class AbmError(Exception):
    """A failure explained in sentences: what is wrong, where, and what to do about it.

    Attributes:
        sentences: One complete sentence per problem, in the order to print them.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
