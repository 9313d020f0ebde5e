"""The door for programs: back ends of the apps, senders of mail. They ask here before they use anybody's data."""
