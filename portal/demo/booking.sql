CREATE TABLE spaces (
    id INTEGER PRIMARY KEY,
    code VARCHAR(40) NOT NULL UNIQUE,
    name VARCHAR(120) NOT NULL,
    city VARCHAR(80) NOT NULL,
    seats INTEGER NOT NULL CHECK (seats > 0),
    lat REAL NOT NULL,
    lon REAL NOT NULL
);

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    member_number VARCHAR(20) NOT NULL UNIQUE,
    full_name VARCHAR(120) NOT NULL,
    email VARCHAR(254),
    phone VARCHAR(20),
    birth_date DATE,
    company VARCHAR(120),
    business_unit VARCHAR(80),
    address TEXT,
    contact_address TEXT,
    tax_id VARCHAR(20),
    bank_account VARCHAR(60),
    password_hash VARCHAR(120) NOT NULL,
    avatar BLOB,
    locale VARCHAR(5) NOT NULL DEFAULT 'vi' CHECK (locale IN ('vi', 'en')),
    mail_events BOOLEAN NOT NULL DEFAULT 0 CHECK (mail_events IN (0, 1)),
    mail_promotions BOOLEAN NOT NULL DEFAULT 0 CHECK (mail_promotions IN (0, 1)),
    no_surveys BOOLEAN NOT NULL DEFAULT 1 CHECK (no_surveys IN (0, 1)),
    sms_events BOOLEAN NOT NULL DEFAULT 0 CHECK (sms_events IN (0, 1)),
    sms_promotions BOOLEAN NOT NULL DEFAULT 0 CHECK (sms_promotions IN (0, 1)),
    push_events BOOLEAN NOT NULL DEFAULT 0 CHECK (push_events IN (0, 1)),
    push_promotions BOOLEAN NOT NULL DEFAULT 0 CHECK (push_promotions IN (0, 1)),
    location_level VARCHAR(8) NOT NULL DEFAULT 'none' CHECK (location_level IN ('none', 'city', 'gps')),
    restricted BOOLEAN NOT NULL DEFAULT 0 CHECK (restricted IN (0, 1)),
    os_location_state VARCHAR(12) CHECK (os_location_state IN ('always', 'while_in_use', 'denied')),
    os_location_at DATETIME,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX users_email ON users (email COLLATE NOCASE);

CREATE INDEX users_phone ON users (phone);

CREATE INDEX users_birth ON users (birth_date);

CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    platform VARCHAR(8) NOT NULL CHECK (platform IN ('ios', 'android', 'web')),
    model VARCHAR(80) NOT NULL,
    os_version VARCHAR(20),
    app_version VARCHAR(20),
    push_token VARCHAR(200) UNIQUE,
    last_ip VARCHAR(45),
    last_seen_at DATETIME NOT NULL
);

CREATE INDEX devices_user ON devices (user_id);

CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    device_id INTEGER REFERENCES devices (id) ON DELETE SET NULL,
    page VARCHAR(200) NOT NULL,
    search_words VARCHAR(200),
    ip VARCHAR(45),
    user_agent VARCHAR(300),
    started_at DATETIME NOT NULL,
    seconds INTEGER NOT NULL DEFAULT 0 CHECK (seconds >= 0)
);

CREATE INDEX visits_user ON visits (user_id, started_at);

CREATE INDEX visits_device ON visits (device_id);

CREATE TABLE bookings (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    reference VARCHAR(40) NOT NULL UNIQUE,
    room VARCHAR(80) NOT NULL,
    seats INTEGER NOT NULL DEFAULT 1 CHECK (seats > 0),
    status VARCHAR(10) NOT NULL CHECK (status IN ('confirmed', 'completed', 'cancelled', 'no_show')),
    note TEXT,
    starts_at DATETIME NOT NULL,
    ends_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CHECK (ends_at > starts_at)
);

CREATE INDEX bookings_user ON bookings (user_id, starts_at);

CREATE TABLE booking_guests (
    id INTEGER PRIMARY KEY,
    booking_id INTEGER NOT NULL REFERENCES bookings (id),
    user_id INTEGER REFERENCES users (id),
    guest_name VARCHAR(120) NOT NULL,
    guest_email VARCHAR(254),
    accepted BOOLEAN NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)),
    invited_at DATETIME NOT NULL,
    UNIQUE (booking_id, user_id)
);

CREATE INDEX booking_guests_user ON booking_guests (user_id);

CREATE TABLE favourites (
    user_id INTEGER NOT NULL REFERENCES users (id),
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    label VARCHAR(80),
    created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (user_id, space_id)
) WITHOUT ROWID;

CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    user_id INTEGER REFERENCES users (id),
    space_id INTEGER NOT NULL REFERENCES spaces (id),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    author_name VARCHAR(120) NOT NULL,
    title VARCHAR(120),
    body TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    UNIQUE (user_id, space_id)
);

CREATE INDEX reviews_user ON reviews (user_id, created_at);

CREATE TABLE location_points (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    device_id INTEGER REFERENCES devices (id) ON DELETE SET NULL,
    recorded_at DATETIME NOT NULL,
    lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon REAL NOT NULL CHECK (lon BETWEEN -180 AND 180),
    accuracy REAL,
    place VARCHAR(120)
);

CREATE INDEX location_points_user ON location_points (user_id, recorded_at);

CREATE INDEX location_points_device ON location_points (device_id);

CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    user_id INTEGER REFERENCES users (id),
    booking_id INTEGER REFERENCES bookings (id) ON DELETE SET NULL,
    provider VARCHAR(20) NOT NULL CHECK (provider IN ('vnpay', 'momo', 'stripe', 'cash')),
    provider_reference VARCHAR(80) UNIQUE,
    payer_name VARCHAR(120),
    card_last4 VARCHAR(40),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    currency CHAR(3) NOT NULL DEFAULT 'VND' CHECK (currency IN ('VND', 'USD', 'EUR')),
    status VARCHAR(10) NOT NULL CHECK (status IN ('paid', 'refunded', 'failed')),
    dispute VARCHAR(8) NOT NULL DEFAULT 'none' CHECK (dispute IN ('none', 'open', 'won', 'lost')),
    disputed_at DATETIME,
    paid_at DATETIME NOT NULL
);

CREATE INDEX payments_user ON payments (user_id, paid_at);

CREATE INDEX payments_booking ON payments (booking_id);

CREATE TABLE media_files (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind VARCHAR(10) NOT NULL CHECK (kind IN ('photo', 'document')),
    file_name VARCHAR(200) NOT NULL,
    mime_type VARCHAR(80) NOT NULL,
    path VARCHAR(300) NOT NULL UNIQUE,
    caption VARCHAR(300),
    content BLOB,
    uploaded_at DATETIME NOT NULL
);

CREATE INDEX media_files_user ON media_files (user_id);

CREATE TABLE newsletter (
    address VARCHAR(254) NOT NULL PRIMARY KEY COLLATE NOCASE,
    name VARCHAR(120),
    signed_up_from VARCHAR(120),
    subscribed_at DATETIME NOT NULL
);
