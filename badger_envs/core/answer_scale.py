"""Answers to questions drawn: a scale from -1 to 1 with the right answer on it, and a bar for each port's answer."""

from dataclasses import dataclass

from badger_envs.core.canvas import FAINT, FAR, LANE, MARGIN, NEAR, TARGET, WIDTH, Canvas, Color, mix


@dataclass(frozen=True)
class AnswerScale:
    """The scale on a canvas; lengths are in its pixels."""

    canvas: Canvas
    middle: float
    """Height of the answer 0."""
    half: float
    """From there to 1."""
    right: float
    """The right answer, -1 or 1."""

    def lines(self, low: str, middle: str, high: str, *, beside: float) -> None:
        """Lines at -1, 0 and 1 with their words `beside` them, and the right answer."""
        for value, words in ((1, high), (0, middle), (-1, low)):
            self._line(value, LANE, 1)
            self.canvas.text((MARGIN - beside, self._height(value)), words, 11, FAINT, anchor="rm")
        self._line(self.right, TARGET, 2)

    def bar(self, answer: float, x: float, width: float, *, radius: float) -> None:
        """An answer: a bar from 0 with a dot at its end, coloured by how right it is."""
        color, end = mix(FAR, NEAR, (1.0 + answer * self.right) / 2.0), self._height(answer)
        self.canvas.box((x - width / 2, min(end, self.middle), x + width / 2, max(end, self.middle)), color)
        self.canvas.dot((x, end), radius, color)

    def _line(self, value: float, color: Color, width: float) -> None:
        height = self._height(value)
        self.canvas.line(((MARGIN, height), (WIDTH - MARGIN, height)), color, width)

    def _height(self, value: float) -> float:
        return self.middle - value * self.half
