"""What the demo people write and are written to; {name}, {phone} and {agent} are filled in."""

from __future__ import annotations

SEARCHES = ("phòng họp 6 người", "chỗ ngồi yên tĩnh", "gần biển Mỹ Khê", "meeting room with screen", "đỗ xe máy", None)
NOTES = ("Cần máy chiếu và bảng trắng.", "Two of us are vegetarian.", "Xin chuẩn bị nước ấm giúp em.", None, None)
REVIEWS = (
    ("Yên tĩnh, ánh sáng đẹp", "Chỗ ngồi thoải mái, mạng nhanh, nhân viên nhiệt tình. Mình sẽ quay lại."),
    ("Phòng họp hơi nóng", "Điều hòa chạy yếu vào buổi chiều, còn lại mọi thứ đều ổn."),
    ("Good coffee, good desks", "I worked here for a week. The desks by the window are the best."),
    ("Giá hợp lý", "So với các nơi khác trong khu vực thì giá ở đây rất hợp lý."),
    ("Friendly and calm", "The team helped me print a contract at the last minute. Thank you!"),
)
AGENTS = ("Thảo (Smartos)", "Kiên (Smartos)", "Linda (Smartos)")
TALKS = (
    (
        "Hỏi về hóa đơn",
        (
            "Chào Smartos, mình là {name}, số điện thoại {phone}. Hóa đơn tháng này thiếu mã số thuế, nhờ xem giúp.",
            "Chào {name}, bên em đã bổ sung mã số thuế và gửi lại hóa đơn. {agent}",
            "Mình nhận được rồi, cảm ơn {agent}.",
        ),
    ),
    (
        "Đổi lịch đặt phòng",
        (
            "Em tên {name}. Em muốn dời lịch phòng họp sang chiều thứ Năm, được không ạ?",
            "Dạ được, em đã dời lịch cho {name} sang 14 giờ thứ Năm. {agent}",
        ),
    ),
    (
        "Access card does not open the door",
        (
            "Hello, {name} here ({phone}). My card stopped working at the side door this morning.",
            "Dear {name}, we have activated the card again. Please try once more. {agent}",
            "It works now, many thanks. {name}",
        ),
    ),
    (
        "Góp ý về bãi giữ xe",
        (
            "Bãi xe thường hết chỗ sau 9 giờ, mong bên mình xem lại. {name}",
            "Cảm ơn góp ý của {name}. Từ tháng sau sẽ có thêm 40 chỗ. {agent}",
        ),
    ),
)
REMARKS = ("Thích được gọi vào buổi chiều.", "Prefers e-mail in English.", "Đã gặp tại hội thảo ở Đà Nẵng.", None)
LINES = (
    ("Chỗ ngồi cố định, {name}", 2_400_000),
    ("Phòng họp theo giờ, {name}", 350_000),
    ("Meeting room, half a day, booked by {name}", 1_200_000),
    ("In ấn và photocopy", 85_000),
)
CAMPAIGNS = (
    ("spring-meetup", "Mời {name} đến buổi gặp mặt mùa xuân"),
    ("open-day", "{name}, ngày hội mở cửa tại Đà Nẵng"),
    ("founders-evening", "An evening with founders, {name}"),
    ("new-space", "Không gian mới ở Hội An chờ {name}"),
)
POSTS = (
    ("Tìm bạn chạy bộ", "Mình hay chạy dọc sông lúc 6 giờ sáng, ai đi cùng không? {name}"),
    ("Cần tìm người thiết kế", "Công ty mình cần một bạn thiết kế bao bì, làm theo dự án. {name}"),
    ("Book swap on Friday", "Bring a book, take a book. Ask for {name} at the long table."),
)
PLANS = (("Flexible desk", 1_800_000), ("Fixed desk", 2_900_000), ("Private office", 12_000_000))
MODELS = (
    ("ios", "iPhone 13", "18.1"),
    ("android", "Galaxy A55", "15"),
    ("android", "Redmi Note 13", "14"),
    ("web", "Firefox", "145"),
)
USER_AGENTS = (
    "SmartosBooking/5.2 (iPhone; iOS 18.1)",
    "SmartosBooking/5.2 (Linux; Android 15)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
