"""Members of the staff: listed, added, changed, closed, given a new second factor; who is away and who stands in."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from portal.accounts.addresses import NotAnAddress
from portal.accounts.staff import absence, members
from portal.accounts.staff.models import StaffAccount
from portal.accounts.staff.sessions import actor
from portal.kernel.problems import N_
from portal.staff.forms.members import AbsenceForm, MemberForm, RoleForm
from portal.staff.views.door import room, said
from portal.web import navigation
from portal.web.fields import choice
from portal.web.guards import crew, staff
from portal.web.htmx import away, show
from portal.web.words import here

PAGE = "/staff/members"

navigation.desk(
    room,
    "members_page",
    N_("Members"),
    order=navigation.HOUSEKEEPING,
    covers=("member", "add_member", "member_absence"),
)
navigation.left_out(room, "change_role", "disable_member", "enable_member", "reset_member", "invite_member")


@room.get(PAGE)
@staff("admin")
def members_page() -> Response:
    """List the members of the staff."""
    everybody, today = members.everybody(), here().today()
    away_now = {member.id for member in everybody if absence.is_away(member, today)}
    return show("staff/members.html", members=everybody, away=away_now, own=crew().number)


@room.route(f"{PAGE}/add", methods=["GET", "POST"])
@staff("admin", fresh=True)
def add_member() -> Response:
    """Ask who is to be added, and mail them where they set up sign-in."""
    form = MemberForm()
    if form.validate_on_submit():
        try:
            role, language = str(form.role.data), str(form.language.data)
            added, _url = members.add(actor(crew().number), form.email.data, form.name.data, role, language)
        except (NotAnAddress, members.AlreadyMember) as problem:
            form.email.errors = [said(problem)]
        else:
            return away(url_for("staff.member", number=added.id))
    return show("staff/member_add.html", form=form, status=422 if form.errors else 200)


@room.get(f"{PAGE}/<int:number>")
@staff("admin")
def member(number: int) -> Response:
    """Show a member and what can be done about them."""
    return _show_member(members.load(number))


@room.post(f"{PAGE}/<int:number>/role")
@staff("admin", fresh=True)
def change_role(number: int) -> Response:
    """Give a member another role."""
    form, found = RoleForm(), members.load(number)
    if not form.validate_on_submit():
        return _show_member(found, form)
    members.change_role(crew().number, number, str(form.role.data))
    return away(url_for("staff.member", number=number))


@room.post(f"{PAGE}/<int:number>/disable")
@staff("admin", fresh=True)
def disable_member(number: int) -> Response:
    """Close a member's account."""
    members.disable(crew().number, number)
    return away(url_for("staff.member", number=number))


@room.post(f"{PAGE}/<int:number>/enable")
@staff("admin", fresh=True)
def enable_member(number: int) -> Response:
    """Open it again."""
    members.enable(crew().number, number)
    return away(url_for("staff.member", number=number))


@room.post(f"{PAGE}/<int:number>/reset")
@staff("admin", fresh=True)
def reset_member(number: int) -> Response:
    """Take a member's second factor away, so that they set up another."""
    members.reset(crew().number, number)
    return away(url_for("staff.member", number=number))


@room.post(f"{PAGE}/<int:number>/invite")
@staff("admin", fresh=True)
def invite_member(number: int) -> Response:
    """Mail the address for setting up sign-in once more."""
    members.invite_again(members.load(number))
    return away(url_for("staff.member", number=number))


@room.route(f"{PAGE}/<int:number>/absence", methods=["GET", "POST"])
@staff("admin", fresh=True)
def member_absence(number: int) -> Response:
    """Note for somebody else who stands in for them, and when."""
    return _absence(members.load(number), url_for("staff.member", number=number))


@room.route("/staff/me/absence", methods=["GET", "POST"])
@staff("admin", "approver", "staff")
def own_absence() -> Response:
    """Note who stands in for oneself, and when."""
    return _absence(members.load(crew().number), url_for("staff.me"))


def _show_member(found: StaffAccount, form: RoleForm | None = None) -> Response:
    form = form or RoleForm(role=found.role)
    deputy = members.load(found.deputy_id) if found.deputy_id else None
    facts = {"is_own": found.id == crew().number, "deputy": deputy, "status": 422 if form.errors else 200}
    return show("staff/member.html", member=found, form=form, **facts)


def _absence(found: StaffAccount, back: str) -> Response:
    first, last = (day.isoformat() if day else "" for day in (found.absent_from, found.absent_until))
    form = AbsenceForm(deputy=str(found.deputy_id or ""), first=first, last=last)
    others = [choice(str(one.id), one.name) for one in absence.possible_deputies(found)]
    form.deputy.choices = [choice("", N_("Nobody")), *others]
    if form.validate_on_submit():
        deputy = int(form.deputy.data) if form.deputy.data else None
        try:
            absence.note(crew().number, found.id, deputy, form.first.day, form.last.day)
        except absence.NoDeputy as problem:
            form.deputy.errors = [said(problem)]
        except absence.NoSpan as problem:
            form.last.errors = [said(problem)]
        else:
            return away(back)
    return show("staff/absence.html", form=form, member=found, back=back, status=422 if form.errors else 200)
