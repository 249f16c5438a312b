"""What a page holds, as a browser reads it."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "hr", "source"}


class Page(HTMLParser):
    """Tags with their attributes, links, ids, words, and the texts of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.words, self.scripts, self.styles = [], [], [], [], [], []
        self._open = []
        self.feed(text)
        self.close()
        assert self._open == [], "everything that is opened is closed"

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        inside = self._open[-1] if self._open else ""
        {"script": self.scripts, "style": self.styles}.get(inside, self.words).append(data)
