namespace Rlaif.Learning.Weights;

/// <summary>A way to store values in GGUF: blocks of so many values in so many bytes (ggml-common.h of llama.cpp).</summary>
public sealed class GgufType
{
    private delegate void BlockDecoder(ReadOnlySpan<byte> block, Span<float> values);

    private static readonly GgufType[] All =
    [
        new(0, "F32", 1, 4, GgufBlocks.F32), new(1, "F16", 1, 2, GgufBlocks.F16), new(30, "BF16", 1, 2, GgufBlocks.Bf16),
        new(2, "Q4_0", 32, 18, GgufBlocks.Q4Zero), new(3, "Q4_1", 32, 20, GgufBlocks.Q4One),
        new(8, "Q8_0", 32, 34, GgufBlocks.Q8Zero), new(14, "Q6_K", 256, 210, GgufBlocks.Q6K),
        new(6, "Q5_0", 32, 22), new(7, "Q5_1", 32, 24), new(10, "Q2_K", 256, 84), new(11, "Q3_K", 256, 110),
        new(12, "Q4_K", 256, 144), new(13, "Q5_K", 256, 176), new(20, "IQ4_NL", 32, 18), new(23, "IQ4_XS", 256, 136),
    ];

    private readonly uint number;
    private readonly BlockDecoder? decode;

    private GgufType(uint number, string name, int blockSize, int blockBytes, BlockDecoder? decode = null)
    {
        this.number = number;
        this.decode = decode;
        Name = name;
        BlockSize = blockSize;
        BlockBytes = blockBytes;
    }

    /// <summary>llama.cpp's name.</summary>
    public string Name { get; }

    /// <summary>Values per block; a row is whole blocks.</summary>
    public int BlockSize { get; }

    /// <summary>Bytes per block.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether values can be decoded; the size of the others is known, so that their files can be listed.</summary>
    public bool IsReadable => decode is not null;

    /// <summary>Names of those that can.</summary>
    internal static string Readable => string.Join(", ", All.Where(t => t.IsReadable).Select(t => t.Name));

    internal static GgufType? Of(uint number) => Array.Find(All, t => t.number == number);

    internal void Decode(ReadOnlySpan<byte> stored, Span<float> values)
    {
        for (var block = 0; block * BlockSize < values.Length; block++)
        {
            decode!(stored.Slice(block * BlockBytes, BlockBytes), values.Slice(block * BlockSize, BlockSize));
        }
    }
}
