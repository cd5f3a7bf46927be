"""What forms say of input that cannot be read: our words, not those of the library."""

from werkzeug.datastructures import MultiDict
from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import DataRequired, Length

from crm.web.forms import Form


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


def test_forms_refuse_in_our_words(app):
    said = {
        "name": "", "long": "123456", "short": "1", "day": "soon", "at": "tomorrow", "time": "noon",
        "number": "many", "choice": "b", "chosen": "x",
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
        }
