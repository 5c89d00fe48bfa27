using static System.Buffers.Binary.BinaryPrimitives;

namespace Rlaif.Learning.Weights;

/// <summary>Decodes one block of each type. Products and sums are rounded separately, as llama.cpp's reference code does.</summary>
internal static class GgufBlocks
{
    public static void F32(ReadOnlySpan<byte> block, Span<float> values) => values[0] = ReadSingleLittleEndian(block);

    public static void F16(ReadOnlySpan<byte> block, Span<float> values) => values[0] = Half(block);

    // The upper half of an f32.
    public static void Bf16(ReadOnlySpan<byte> block, Span<float> values) =>
        values[0] = BitConverter.UInt32BitsToSingle((uint)ReadUInt16LittleEndian(block) << 16);

    // f16 d, 32 signed bytes: x = d q.
    public static void Q8Zero(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half(block);
        for (var i = 0; i < 32; i++)
        {
            values[i] = d * (sbyte)block[2 + i];
        }
    }

    // f16 d, 16 bytes: low nibbles are the first half, high nibbles the second: x = d (q - 8).
    public static void Q4Zero(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half(block);
        for (var i = 0; i < 16; i++)
        {
            values[i] = d * ((block[2 + i] & 15) - 8);
            values[i + 16] = d * ((block[2 + i] >> 4) - 8);
        }
    }

    // f16 d, f16 m, 16 bytes as above: x = d q + m.
    public static void Q4One(ReadOnlySpan<byte> block, Span<float> values)
    {
        var (d, m) = (Half(block), Half(block[2..]));
        for (var i = 0; i < 16; i++)
        {
            values[i] = (d * (block[4 + i] & 15)) + m;
            values[i + 16] = (d * (block[4 + i] >> 4)) + m;
        }
    }

    // 128 bytes of low nibbles, 64 of upper bit pairs, 16 signed scales, f16 d: x = d scale (q - 32), q of 6 bits.
    // Two halves of 128 values; within a half, four runs of 32 share the same bytes of bit pairs.
    public static void Q6K(ReadOnlySpan<byte> block, Span<float> values)
    {
        var d = Half(block[208..]);
        for (var half = 0; half < 2; half++)
        {
            var low = block.Slice(64 * half, 64);
            var high = block.Slice(128 + (32 * half), 32);
            var scales = block.Slice(192 + (8 * half), 8);
            for (var run = 0; run < 4; run++)
            {
                for (var i = 0; i < 32; i++)
                {
                    var nibble = low[(32 * (run & 1)) + i] >> (4 * (run >> 1)) & 15;
                    var quantum = (nibble | ((high[i] >> (2 * run) & 3) << 4)) - 32;
                    values[(128 * half) + (32 * run) + i] = d * (sbyte)scales[(2 * run) + (i / 16)] * quantum;
                }
            }
        }
    }

    private static float Half(ReadOnlySpan<byte> bytes) => (float)ReadHalfLittleEndian(bytes);
}
