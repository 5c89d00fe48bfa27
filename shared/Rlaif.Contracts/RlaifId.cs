using System.Security.Cryptography;
using System.Text;

namespace Rlaif.Contracts;

/// <summary>Ids are names, not random: the id of a thing is a UUIDv5 of what identifies it, so a redelivered message writes the same row.</summary>
public static class RlaifId
{
    /// <summary>The namespace of every id of this product: UUIDv5 of "rlaif" in the URL namespace of RFC 9562.</summary>
    public static readonly Guid Namespace = Of(new Guid("6ba7b811-9dad-11d1-80b4-00c04fd430c8"), "rlaif");

    /// <summary>The id named by <paramref name="parts"/>, each part escaped (% and /) and joined with /.</summary>
    public static Guid Of(params IEnumerable<object> parts) => Of(Namespace, string.Join('/', parts.Select(Part)));

    /// <summary>UUIDv5 (RFC 9562, section 5.5) of a UTF-8 name in a namespace.</summary>
    public static Guid Of(Guid space, string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        var input = new byte[16 + text.Length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        text.CopyTo(input, 16);
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1; the id names, it does not authenticate.
        var hash = SHA1.HashData(input);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>The first eight hexadecimal digits: what people read and type.</summary>
    public static string Short(Guid id) => id.ToString("N")[..8];

    /// <summary>A seed drawn from an id: sampling and shuffling are named by what they belong to, like everything else.</summary>
    public static ulong Seed(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & 0x3FFF_FFFF_FFFF_FFFF;
    }

    private static string Part(object part) =>
        Convert.ToString(part, System.Globalization.CultureInfo.InvariantCulture)!.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
}
