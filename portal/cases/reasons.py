"""Why something is refused, wholly or in part: the words of the Data Rights Protocol and of the laws (RULES D6, R5)."""

from __future__ import annotations

from portal.kernel.problems import N_

REASONS = {
    "insuf_verification": N_("We could not make sure that the request comes from the person."),
    "no_match": N_("We found nothing about this person."),
    "claim_not_covered": N_("The law does not give this right here."),
    "others_rights": N_("It would harm the rights of other people."),
    "legal_duty": N_("A law makes us keep this data."),
    "legal_claim": N_("The data is needed for a legal claim."),
    "outside_jurisdiction": N_("Another company decides about this data."),
    "too_many_requests": N_("The same was asked too often."),
    "suspected_fraud": N_("We believe that somebody else asked in the person's name."),
    "other": N_("For another reason, given below."),
}
