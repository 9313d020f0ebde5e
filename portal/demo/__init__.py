"""The demo world: three systems of Smartos, the people in them, and a mailbox that shows what they are sent."""
