"""Addresses shown so that their holder knows them again and nobody else learns them; every storey shows some."""

from portal.kernel.masks import mask, mask_email, mask_name, mask_phone, mask_word

__all__ = ["mask", "mask_email", "mask_name", "mask_phone", "mask_word"]
