"""CRC32C (Castagnoli), to write a file header that is whole and says another version."""


def crc32c(data, seed=0):
    crc = 0xFFFFFFFF ^ seed
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
