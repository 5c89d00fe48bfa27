using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Rlaif.Cli.Trainings;

/// <summary>Scalars as TensorBoard reads them: tfevents, a TFRecord file of <c>tensorflow.Event</c> messages.</summary>
/// <remarks>Record: length (u64), its masked CRC, the message, its masked CRC, little-endian (tensorflow/core/lib/io/record_writer.cc).
/// Message: event.proto and summary.proto, of which three fields of each are needed.</remarks>
internal sealed class EventFile : IDisposable
{
    // Numbers of fields and their wire types: event.proto, summary.proto.
    private const byte WallTime = (1 << 3) | 1, Step = 2 << 3, FileVersion = (3 << 3) | 2, Summary = (5 << 3) | 2, Value = (1 << 3) | 2, Tag = (1 << 3) | 2, SimpleValue = (2 << 3) | 5;

    private readonly Stream file;
    private readonly TimeProvider time;

    public EventFile(Stream file, TimeProvider time)
    {
        (this.file, this.time) = (file, time);
        Write(Event(message =>
        {
            message.Write(FileVersion);
            message.Write("brain.Event:2");         // length before the bytes, as in the wire format
        }));
    }

    /// <summary>As TensorBoard looks for it.</summary>
    public static string NameAt(DateTimeOffset time) => $"events.out.tfevents.{time.ToUnixTimeSeconds():D10}.rlaif";

    /// <summary>Figures of one step; they are in the file when this returns.</summary>
    public void Add(long step, IEnumerable<(string Name, double Value)> figures)
    {
        foreach (var (name, value) in figures)
        {
            Write(Event(message =>
            {
                message.Write(Step);
                message.Write7BitEncodedInt64(step);
                Nested(message, Summary, summary => Nested(summary, Value, scalar =>
                {
                    scalar.Write(Tag);
                    scalar.Write(name);
                    scalar.Write(SimpleValue);
                    scalar.Write((float)value);
                }));
            }));
        }

        file.Flush();
    }

    /// <summary>CRC-32C, rotated and offset, so that a checksum of data that holds checksums is not weak.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    public void Dispose() => file.Dispose();

    private byte[] Event(Action<BinaryWriter> fields) => Bytes(message =>
    {
        message.Write(WallTime);
        message.Write(time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        fields(message);
    });

    private static void Nested(BinaryWriter outer, byte field, Action<BinaryWriter> fields)
    {
        var bytes = Bytes(fields);
        outer.Write(field);
        outer.Write7BitEncodedInt(bytes.Length);
        outer.Write(bytes);
    }

    private static byte[] Bytes(Action<BinaryWriter> fields)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        fields(writer);
        writer.Flush();
        return bytes.ToArray();
    }

    private void Write(byte[] message)
    {
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)message.Length);
        file.Write(length);
        WriteCrc(length);
        file.Write(message);
        WriteCrc(message);
    }

    private void WriteCrc(ReadOnlySpan<byte> bytes)
    {
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, MaskedCrc(bytes));
        file.Write(crc);
    }
}
