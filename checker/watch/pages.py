"""What the full-screen app is made of: lines folded to their place, pages to read, a list to choose from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from checker.text import folded

_MARKS = {"✓": "$text-success", "✗": "$text-error", "■": "$text-success", "□": "$text-error"}


class Lines(Static):
    """Lines folded to the widget's width, with a little colour; the marks say the same without."""

    lines: tuple[str, ...] = ()
    _folded_to = 0

    def show(self, lines: Iterable[str]) -> None:
        """Show these lines from now on."""
        self.lines = tuple(lines)
        self.refresh(layout=True)

    def on_resize(self) -> None:
        """At another width they take another number of rows, or the last ones could not be reached."""
        if self.content_size.width != self._folded_to:
            self.refresh(layout=True)

    def render(self) -> Content:
        """The lines at the present width."""
        self._folded_to = self.content_size.width
        text = "\n".join(folded(self.lines, max(self._folded_to or 80, 20), quotations=True))
        content = Content(text)
        for index, character in enumerate(text):
            if style := _MARKS.get(character):
                content = content.stylize(style, index, index + 1)
        return content


class Page(ModalScreen[None]):
    """Something to read, over the verdict; Escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", "Back"),
        Binding("h", "again", "Next hint", show=False),
    ]

    def __init__(self, content: Widget, again: str = "") -> None:
        super().__init__()
        self._content = content
        self._again = again

    def compose(self) -> ComposeResult:
        """The page, and how to leave it."""
        with VerticalScroll(id="page"):
            yield self._content
        yield Static("Esc back   ↑ ↓ scroll" + (f"   h {self._again}" if self._again else ""), classes="keys")

    def on_mount(self) -> None:
        """Where there is a next part, the newest is at the end."""
        if self._again:
            self.query_one("#page").scroll_end(animate=False)

    async def action_again(self) -> None:
        """Ask for the page's next part, where it has one."""
        if self._again:
            self.dismiss()
            await self.app.run_action("hint")


class Choice(ModalScreen[str | None]):
    """The lessons, to choose one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back")]

    def __init__(self, bar: str, options: list[Option]) -> None:
        super().__init__()
        self._bar = bar
        self._options = options

    def compose(self) -> ComposeResult:
        """The bar, the lessons, and how to choose."""
        yield Static(self._bar, markup=False, classes="keys")
        yield OptionList(*self._options)
        yield Static("Enter go there   Esc back", classes="keys")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the lesson that was chosen."""
        self.dismiss(event.option_id)
