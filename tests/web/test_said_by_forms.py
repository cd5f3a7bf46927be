"""What forms say of input that cannot be read: our words, not those of the library."""

from werkzeug.datastructures import MultiDict
from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import DataRequired, Length

from crm.web.forms import Choice, Form


class Every(Form):
    """One field of each kind that can refuse by itself."""

    name = StringField(validators=[DataRequired()])
    long = StringField(validators=[Length(max=5)])
    short = StringField(validators=[Length(min=3)])
    day = DateField()
    at = DateTimeLocalField()
    time = TimeField()
    number = IntegerField()
    choice = SelectField(choices=[("a", "A")])
    chosen = SelectField(choices=[(1, "One")], coerce=int)
    listed = Choice(choices=[("a", "A")])
    counted = Choice(choices=[(1, "One")], coerce=int)


def test_forms_refuse_in_our_words(app):
    said = {
        "name": "", "long": "123456", "short": "1", "day": "soon", "at": "tomorrow", "time": "noon",
        "number": "many", "choice": "b", "chosen": "x", "listed": "b", "counted": "2",
    }  # fmt: skip
    with app.test_request_context():
        form = Every(formdata=MultiDict(said))
        assert not form.validate()
        assert {name: errors[0] for name, errors in form.errors.items()} == {
            "name": "This must not be empty.",
            "long": "Write at most 5 characters.",
            "short": "Write at least 3 characters.",
            "day": "Give a day.",
            "at": "Give a day and a time.",
            "time": "Give a time, for example 14:30.",
            "number": "Write a whole number.",
            "choice": "Choose one from the list.",
            "chosen": "Choose one from the list.",
            "listed": "Choose one from the list.",
            "counted": "Choose one from the list.",
        }


def test_a_choice_is_one_of_its_list_or_none_where_it_may_be_any(app):
    class Listed(Form):
        one = Choice(choices=[("", "-"), ("a", "A")])
        many = Choice(choices={"Group": [(1, "One")]}, coerce=int)
        free = Choice(choices=[("a", "A")], validate_choice=False)

    with app.test_request_context():
        assert Listed(formdata=MultiDict({"one": "", "many": "1", "free": "z"})).validate()
        assert Listed(formdata=MultiDict({"one": "a", "many": "1", "free": "a"})).validate()
        form = Listed(formdata=MultiDict({"one": "b", "many": "x", "free": "z"}))
        assert not form.validate()
        assert set(form.errors) == {"one", "many"}
