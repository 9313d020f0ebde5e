"""What the children's room does, one module a subject. Every verb goes through `cases`: queue, clock, timeline, thread.

The reporter's and the holder's side:
- `portal.children.bands`: how old somebody is by a month alone, and who is told, consents and decides then.
- `portal.children.naming`: the words of a report.
- `reporting`: a report is written down, unseen, and its case opened; many about one account are led by one case.
- `matching`: a worker finds who may be meant, with the signs of an adult, and places the first hold.
- `holding`: what is held, raised, lifted, ended; one hold a person a year.
- `answering`: the holder is told, and answers without showing who they are.
- `amending`: ages of countries that staff change by day, and rows that an admin signs off.
- `following`: what a reporter may see and do; a lost link.
- `forgetting`: what is the reporter's goes on its date.

The staff's side stands on the same models: triage and the holds' second day, parenthood, decision and appeal, blocked
addresses, the sweep, patterns.
"""
