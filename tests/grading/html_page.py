"""A page as a browser would take it apart."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """The elements of a page, and what is in its scripts."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.scripts, self._inside = [], [], [], None
        self.words = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, text):
        if self._inside == "script":
            self.scripts[-1] += text
        elif self._inside != "style":
            self.words.append(text)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())
