"""The two sizes every page is looked at, and the narrowest it must fit."""

WIDE = (1280, 800)
PHONE = (390, 844)
NARROWEST = 360
