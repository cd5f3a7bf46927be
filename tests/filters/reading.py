"""What a list shows."""


def names(page):
    """The names of the rows, in order."""
    return [node.text for node in page.root.all("a", class_="name")]
