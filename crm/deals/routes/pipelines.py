"""Settings: pipelines and their stages."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.deals import actions, queries
from crm.deals.forms import PipelineForm, StageForm, TargetForm
from crm.deals.models import Pipeline, Stage
from crm.fields.queries import customs
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("pipelines", __name__, url_prefix="/settings/pipelines")


@bp.get("")
@needs("manage_pipelines")
def index():
    return page("deals/pipelines/index.html", **_shown())


@bp.post("")
@needs("manage_pipelines")
def create():
    form = PipelineForm()
    made = perform(
        form,
        lambda: actions.create_pipeline(form.name.data, form.currency.data, current_user),
    )
    if made:
        toast(_("Pipeline added."), made.name)
        return changed(url_for(".edit", pipeline_id=made.id))
    return page("deals/pipelines/index.html", status=422, **_shown(form))


@bp.get("/<int:pipeline_id>/edit")
@needs("manage_pipelines")
def edit(pipeline_id: int):
    return page("deals/pipelines/edit.html", **_edited(_pipeline(pipeline_id)))


@bp.post("/<int:pipeline_id>")
@needs("manage_pipelines")
def update(pipeline_id: int):
    pipeline = _pipeline(pipeline_id)
    form = PipelineForm().over(lambda: PipelineForm(formdata=None, obj=pipeline))
    if perform(form, lambda: actions.rename_pipeline(pipeline, form.name.data, current_user)):
        toast(_("Pipeline saved."), pipeline.name)
        return changed(url_for(".edit", pipeline_id=pipeline_id))
    return page("deals/pipelines/edit.html", status=422, **_edited(pipeline, form=form))


@bp.post("/<int:pipeline_id>/stages")
@needs("manage_pipelines")
def add_stage(pipeline_id: int):
    pipeline, form = _pipeline(pipeline_id), StageForm()
    if perform(form, lambda: actions.add_stage(pipeline, current_user, **_stage_values(form))):
        toast(_("Stage added."), form.name.data)
        return changed(url_for(".edit", pipeline_id=pipeline_id))
    return page("deals/pipelines/edit.html", status=422, **_edited(pipeline, added=form))


@bp.get("/stages/<int:stage_id>/edit")
@needs("manage_pipelines")
def edit_stage(stage_id: int):
    stage = _stage(stage_id)
    form = StageForm(formdata=None, obj=stage)
    return page("deals/pipelines/stage.html", stage=stage, form=form, target=_target(stage))


@bp.post("/stages/<int:stage_id>")
@needs("manage_pipelines")
def update_stage(stage_id: int):
    stage = _stage(stage_id)
    form = StageForm().over(lambda: StageForm(formdata=None, obj=stage))
    if perform(form, lambda: _change(stage, form)):
        toast(_("Stage saved."), stage.name)
        return changed(url_for(".edit", pipeline_id=stage.pipeline_id))
    return page(
        "deals/pipelines/stage.html", status=422, stage=stage, form=form, target=_target(stage)
    )


@bp.post("/stages/<int:stage_id>/place")
@needs("manage_pipelines")
def shift_stage(stage_id: int):
    stage = _stage(stage_id)
    up = request.form.get("to") == "up"
    perform(None, lambda: actions.shift_stage(stage, current_user, up=up))
    url = url_for(".edit", pipeline_id=stage.pipeline_id)
    return changed(
        url, "deals/pipelines/edit.html", "stages", **_edited(_pipeline(stage.pipeline_id))
    )


@bp.post("/stages/<int:stage_id>/deletion")
@needs("manage_pipelines")
def delete_stage(stage_id: int):
    stage = _stage(stage_id)
    target, pipeline_id = _target(stage, posted=True), stage.pipeline_id
    moved = perform(
        target,
        lambda: str(
            actions.delete_stage(stage, current_user, target=_stage(target.target_id.data))
        ),
    )
    if moved:
        toast(_("Stage deleted. Deals moved: %(count)s.", count=moved), undo=True)
        return changed(url_for(".edit", pipeline_id=pipeline_id))
    form = StageForm(formdata=None, obj=stage)
    return page("deals/pipelines/stage.html", status=422, stage=stage, form=form, target=target)


def _pipeline(pipeline_id: int) -> Pipeline:
    return queries.pipeline_by_id(pipeline_id) or abort(404)


def _stage(stage_id: int) -> Stage:
    return queries.stage_by_id(stage_id) or abort(404)


def _shown(form: PipelineForm | None = None) -> dict:
    return {"pipelines": queries.pipelines(), "form": form or PipelineForm(formdata=None)}


def _edited(
    pipeline: Pipeline, form: PipelineForm | None = None, added: StageForm | None = None
) -> dict:
    return {
        "pipeline": pipeline,
        "form": form or PipelineForm(formdata=None, obj=pipeline),
        "added": added or StageForm(formdata=None),
    }


def _target(stage: Stage, posted: bool = False) -> TargetForm:
    """Where the deals of a stage may go, and which fields are needed from another stage on then."""
    form: Any = TargetForm() if posted else TargetForm(formdata=None)
    form.target_id.choices = [
        (one.id, one.name)
        for one in stage.pipeline.stages
        if one.kind == "open" and one.id != stage.id
    ]
    form.needs = [one.label for one in customs("deal") if stage.id in one.needs]
    form.then = actions.after(stage).name if stage.kind == "open" else ""
    return form


def _stage_values(form: StageForm) -> dict:
    return {
        "name": form.name.data,
        "kind": form.kind.data,
        "probability": form.probability.data or 0,
        "expected_days": form.expected_days.data,
    }


def _change(stage: Stage, form: StageForm) -> None:
    values = _stage_values(form)
    values.pop("kind")
    actions.change_stage(stage, current_user, **values)
