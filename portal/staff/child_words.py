"""What staff read of a report about a child's account."""

from __future__ import annotations

from collections.abc import Mapping

from portal.kernel.problems import N_

RELATIONS: Mapping[str, str] = {
    "mother": N_("Mother"),
    "father": N_("Father"),
    "guardian": N_("Guardian"),
    "relative": N_("Another relative"),
    "teacher": N_("Works with the child"),
    "other": N_("Somebody else"),
    "found": N_("Found by us"),
}
WISHES: Mapping[str, str] = {
    "know": N_("know what is held"),
    "stop": N_("stop its use"),
    "delete": N_("delete it"),
    "see": N_("see it"),
    "keep": N_("keep it safe"),
}
STAGES: Mapping[str, str] = {
    "under 7": N_("Under 7: the parent is told, asked and decides"),
    "7 to 12": N_("7 to 12: both are told and asked, the parent decides"),
    "13 to the limit": N_("13 to the limit: both are told and asked, and decide together"),
    "reached": N_("Old enough since the report: the child alone decides"),
    "grown": N_("Old enough: the person alone decides"),
}
BY: Mapping[str, str] = {
    "email": N_("by e-mail address"),
    "phone": N_("by phone number"),
    "external_id": N_("by member number"),
    "found": N_("by date of birth"),
}
HOLDS: Mapping[str, str] = {
    "held": N_("Held"),
    "lifted": N_("Ended early"),
    "lapsed": N_("Lapsed: nobody looked, and there were signs of an adult"),
    "over": N_("Over: it was decided"),
}
CHECKS: Mapping[str, str] = {
    "asked": N_("Chosen by the reporter"),
    "shown": N_("Something was sent"),
    "verified": N_("Verified"),
    "failed": N_("Not verified"),
    "erased": N_("Erased"),
}
PATTERNS: Mapping[str, str] = {
    "reporter": N_("This address has made several reports."),
    "network": N_("Several reports came from the same network."),
    "targets": N_("This address has reported several accounts."),
    "target": N_("There are several reports on this account."),
    "withdrawn": N_("This address has taken several reports back."),
}
ANSWERS: Mapping[str, str] = {
    "grown": N_("The holder says: I am grown up"),
    "child": N_("The holder says: I am a child"),
    "words": N_("The holder writes"),
}
RULINGS: Mapping[str, str] = {
    "proposed": N_("Proposed"),
    "withdrawn": N_("Taken back"),
    "agreed": N_("Agreed, and about to be carried out"),
    "in force": N_("In force"),
    "carried out": N_("Carried out"),
    "overturned": N_("Undone after an appeal"),
}
APPEALS: Mapping[str, str] = {
    "asked": N_("Waits for a third person"),
    "upheld": N_("The decision stays"),
    "changed": N_("The decision was undone"),
}
SIDES: Mapping[str, str] = {"holder": N_("By the holder"), "reporter": N_("By the reporter")}
