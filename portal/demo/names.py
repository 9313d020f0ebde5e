"""Names, streets and companies the demo people are made of."""

from __future__ import annotations

# Family names by how common they are in Viet Nam: the front of the list is drawn more often.
FAMILY = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng",
    "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Mai", "Đoàn",
)  # fmt: skip
WOMEN = (
    ("Thị", "Hương"), ("Thị", "Ngọc"), ("Thu", "Trang"), ("Minh", "Châu"), ("Thùy", "Linh"), ("Khánh", "Vy"),
    ("Bích", "Phượng"), ("Thanh", "Thảo"), ("Hồng", "Nhung"), ("Mỹ", "Duyên"), ("Quỳnh", "Như"), ("Ánh", "Tuyết"),
    ("Diệu", "Hiền"), ("Kim", "Oanh"), ("Cẩm", "Tú"), ("Bảo", "Trân"), ("Phương", "Uyên"), ("Tường", "Vi"),
)  # fmt: skip
MEN = (
    ("Văn", "Hùng"), ("Đức", "Thắng"), ("Minh", "Tuấn"), ("Quang", "Huy"), ("Hữu", "Phước"), ("Gia", "Khánh"),
    ("Anh", "Dũng"), ("Ngọc", "Sơn"), ("Thành", "Đạt"), ("Xuân", "Trường"), ("Trọng", "Nghĩa"), ("Tấn", "Lộc"),
    ("Quốc", "Việt"), ("Hoàng", "Long"), ("Công", "Vinh"), ("Bá", "Thiện"), ("Nhật", "Minh"), ("Đình", "Khôi"),
)  # fmt: skip
# Others, each with how it is spelled in an e-mail address.
OTHERS = (
    ("Zoë Lindqvist", "zoe.lindqvist"), ("Jürgen Groß", "juergen.gross"), ("José Ángel Peña", "jose.pena"),
    ("Siobhán O’Neill", "siobhan.oneill"), ("Łukasz Żółkiewski", "lukasz.zolkiewski"), ("Ayşe Yıldız", "ayse.yildiz"),
    ("山田 花子", "hanako.yamada"), ("김민준", "minjun.kim"), ("王小明", "xiaoming.wang"),
    ("Søren Ødegård", "soren.odegard"), ("Amélie L’Hôpital", "amelie.lhopital"),
    ("Björk Þórðardóttir", "bjork.thordardottir"), ("Nikos Papadopoulos", "nikos.papadopoulos"),
    ("Ольга Соколова", "olga.sokolova"), ("สมชาย ใจดี", "somchai.jaidee"), ("مريم حسن", "maryam.hassan"),
    ("Priya Raghunathan", "priya.raghunathan"), ("Thomas van der Berg", "thomas.vanderberg"),
    ("Grace Nakamura-Bell", "grace.nakamura-bell"), ("Chukwuemeka Ọlá", "emeka.ola"),
)  # fmt: skip
STREETS = (
    "Nguyễn Huệ", "Trần Hưng Đạo", "Lê Lợi", "Hai Bà Trưng", "Bạch Đằng", "Võ Nguyên Giáp", "Phan Chu Trinh",
    "Lý Thường Kiệt", "Điện Biên Phủ", "Nguyễn Văn Linh", "Hoàng Diệu", "Cách Mạng Tháng Tám",
)  # fmt: skip
DISTRICTS = (
    "Quận 1, Thành phố Hồ Chí Minh", "Quận 3, Thành phố Hồ Chí Minh", "Quận Hải Châu, Đà Nẵng", "Quận Sơn Trà, Đà Nẵng",
    "Quận Hoàn Kiếm, Hà Nội", "Quận Ba Đình, Hà Nội", "Thành phố Hội An, Quảng Nam", "Thành phố Huế, Thừa Thiên Huế",
)  # fmt: skip
COMPANIES = (
    "Công ty TNHH Phần mềm Sóng Xanh", "Công ty CP Thiết kế Mây Tre", "Công ty TNHH Cà phê Đồi Sương",
    "Công ty CP Vận tải Biển Đông Á", "Công ty TNHH Giáo dục Hạt Giống", "Xưởng gốm Bến Tranh",
    "Lindqvist & Partner AB", "Công ty TNHH Du lịch Cánh Buồm", "Yamada Design 合同会社",
    "Công ty CP Năng lượng Nắng Mới", "Open Harbour Ltd", "Công ty TNHH Kiến trúc Mái Ngói",
)  # fmt: skip
UNITS = ("Kinh doanh", "Kỹ thuật", "Marketing", "Kế toán", "Design", "Nhân sự")
BANKS = ("Vietcombank", "BIDV", "Techcombank", "ACB", "VietinBank")
# What spaces are called, where they are; the code is the controller's id in site.toml.
SPACES = (
    ("hub-danang", "Hub Da Nang", "Đà Nẵng", 16.0678, 108.2208),
    ("saigon-works", "Saigon Works", "Thành phố Hồ Chí Minh", 10.7769, 106.7009),
    ("hanoi-loft", "Hanoi Loft", "Hà Nội", 21.0285, 105.8542),
    ("hoian-riverside", "Hoi An Riverside", "Hội An", 15.8801, 108.3380),
)
