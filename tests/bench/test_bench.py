"""The benchmark can be run: its data can be made and each of its actions is answered."""

import json

import pytest

from tests.bench import actions, houses, measure
from tests.bench.__main__ import Hand

pytestmark = pytest.mark.slow
CONTACTS = 50


def test_every_action_is_answered_on_data_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(houses, "STORE", tmp_path)
    houses.prepare(CONTACTS, "small", None)
    passwords = json.loads((tmp_path / "small" / "whole.json").read_text())
    with houses.Shipped("small", None) as house:
        eva = "eva@haselbach.example"
        who = actions.Signed(house.url, eva, passwords[eva])
        gates = actions.gates(house.url, Hand(house), 1)
        asked = []
        for action in actions.actions(house.url, who, CONTACTS, gates):
            measure.run(house.port, house.all_pids, action.ours, 1)
            asked.append(action.name)
        made = house.rows("SELECT count(*) AS n FROM contact WHERE id > 1000")
    assert len(asked) == 13
    assert made[0]["n"] >= CONTACTS
