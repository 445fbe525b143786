@testable import DeliveryIndex
import Testing

@Suite struct SipHashTests {
    /// Of the reference implementation (github.com/veorq/SipHash, vectors.h): key 00 01 … 0f, message of n bytes 00 01 ….
    static let vectors: [UInt64] = [
        0x726f_db47_dd0e_0e31, 0x74f8_39c5_93dc_67fd, 0x0d6c_8009_d9a9_4f5a, 0x8567_6696_d7fb_7e2d,
        0xcf27_94e0_2771_87b7, 0x1876_5564_cd99_a68d, 0xcbc9_466e_58fe_e3ce, 0xab02_00f5_8b01_d137,
        0x93f5_f579_9a93_2462, 0x9e00_82df_0ba9_e4b0, 0x7a5d_bbc5_94dd_b9f3, 0xf4b3_2f46_226b_ada7,
        0x751e_8fbc_860e_e5fb, 0x14ea_5627_c084_3d90, 0xf723_ca90_8e7a_f2ee, 0xa129_ca61_49be_45e5,
    ]

    @Test(arguments: 0..<16) func agreesWithThePublishedVectors(length: Int) {
        var hash = SipHash(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        var word: UInt64 = 0
        for byte in 0..<length {
            word |= UInt64(byte) << UInt64(byte % 8 * 8)
            if byte % 8 == 7 {
                hash.absorb(word)
                word = 0
            }
        }
        #expect(hash.finish(word, length: length) == Self.vectors[length])
    }
}
