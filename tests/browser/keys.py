"""Hands on the keyboard."""


def tab_to(page, name, most=60):
    """Press Tab until something called `name` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        text = page.evaluate(
            "(e => e.innerText || e.ariaLabel || e.labels?.[0]?.innerText || '')"
            "(document.activeElement)"
        )
        if name in text:
            return
    raise AssertionError(f"Tab does not reach {name!r}")
