CREATE TABLE spaces (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    space TEXT NOT NULL REFERENCES spaces (code),
    member_code TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    email TEXT COLLATE NOCASE,
    phone TEXT,
    birth_date TEXT CHECK (date(birth_date) IS NOT NULL OR birth_date IS NULL),
    photo BLOB,
    mail_events INTEGER NOT NULL DEFAULT 0 CHECK (mail_events IN (0, 1)),
    mail_programmes INTEGER NOT NULL DEFAULT 0 CHECK (mail_programmes IN (0, 1)),
    push_programmes INTEGER NOT NULL DEFAULT 0 CHECK (push_programmes IN (0, 1)),
    push_events INTEGER NOT NULL DEFAULT 0 CHECK (push_events IN (0, 1)),
    zalo_events INTEGER NOT NULL DEFAULT 0 CHECK (zalo_events IN (0, 1)),
    location_level TEXT NOT NULL DEFAULT 'off' CHECK (location_level IN ('off', 'approximate', 'precise')),
    phone_location TEXT CHECK (phone_location IN ('always', 'while_in_use', 'denied')),
    phone_location_at TEXT CHECK (datetime(phone_location_at) IS NOT NULL OR phone_location_at IS NULL),
    restricted INTEGER NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1)),
    joined_at TEXT NOT NULL CHECK (datetime(joined_at) IS NOT NULL)
);

CREATE INDEX members_email ON members (email);

CREATE INDEX members_phone ON members (phone);

CREATE TABLE memberships (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members (id),
    space TEXT NOT NULL REFERENCES spaces (code),
    plan TEXT NOT NULL,
    note TEXT,
    price INTEGER NOT NULL CHECK (price >= 0),
    starts_on TEXT NOT NULL CHECK (date(starts_on) IS NOT NULL),
    ends_on TEXT CHECK (date(ends_on) IS NOT NULL OR ends_on IS NULL)
);

CREATE INDEX memberships_member ON memberships (member_id);

CREATE TABLE check_ins (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members (id),
    space TEXT NOT NULL REFERENCES spaces (code),
    checked_in_at TEXT NOT NULL CHECK (datetime(checked_in_at) IS NOT NULL),
    lat REAL,
    lon REAL,
    device TEXT
);

CREATE INDEX check_ins_member ON check_ins (member_id, checked_in_at);

CREATE TABLE door_events (
    id INTEGER PRIMARY KEY,
    member_id INTEGER REFERENCES members (id),
    space TEXT NOT NULL REFERENCES spaces (code),
    door INTEGER NOT NULL CHECK (door > 0),
    badge TEXT,
    opened_at TEXT NOT NULL CHECK (datetime(opened_at) IS NOT NULL)
);

CREATE INDEX door_events_member ON door_events (member_id, opened_at);

CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members (id),
    space TEXT NOT NULL REFERENCES spaces (code),
    recorded_at TEXT NOT NULL CHECK (datetime(recorded_at) IS NOT NULL),
    lat REAL NOT NULL,
    lon REAL NOT NULL
);

CREATE INDEX places_member ON places (member_id, recorded_at);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL REFERENCES members (id),
    space TEXT NOT NULL REFERENCES spaces (code),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    picture BLOB,
    posted_at TEXT NOT NULL CHECK (datetime(posted_at) IS NOT NULL)
);

CREATE INDEX posts_member ON posts (member_id, posted_at);

CREATE TABLE receipts (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL, -- also of somebody who is no member any more
    space TEXT NOT NULL REFERENCES spaces (code),
    number TEXT NOT NULL UNIQUE CHECK (number GLOB 'R[0-9]*'),
    payer TEXT,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    paid_on TEXT NOT NULL CHECK (date(paid_on) IS NOT NULL)
);

CREATE INDEX receipts_member ON receipts (member_id);

CREATE INDEX receipts_paid ON receipts (paid_on);

CREATE TABLE answers (
    request_key TEXT PRIMARY KEY,
    answer TEXT NOT NULL,
    answered_at TEXT NOT NULL
);
