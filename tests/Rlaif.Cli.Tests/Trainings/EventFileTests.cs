using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Rlaif.Cli.Trainings;

namespace Rlaif.Cli.Tests.Trainings;

public class EventFileTests
{
    // RFC 3720, B.4: CRC-32C of 32 zeros, of 32 ones, and of 0 to 31.
    [Theory]
    [InlineData("zeros", 0x8A9136AAu)]
    [InlineData("ones", 0x62A8AB43u)]
    [InlineData("ascending", 0x46DD794Eu)]
    public void The_checksum_is_crc_32c_under_tensorflows_mask(string bytes, uint crc)
    {
        var data = Enumerable.Range(0, 32).Select(i => bytes switch { "zeros" => (byte)0, "ones" => (byte)255, _ => (byte)i }).ToArray();
        Assert.Equal(((crc >> 15) | (crc << 17)) + 0xA282EAD8u, EventFile.MaskedCrc(data));
    }

    [Fact]
    public void What_was_written_reads_back_by_a_reader_of_tensorflows_format() => Gen.Select(Gen.Int[0, int.MaxValue], Gen.Double[-1e9, 1e9]).Array[1, 5].Sample(scalars =>
    {
        var time = new FakeTimeProvider(new(2026, 11, 26, 12, 0, 0, 500, TimeSpan.Zero));
        using var bytes = new MemoryStream();
        using (var file = new EventFile(bytes, time))
        {
            foreach (var (step, value) in scalars)
            {
                file.Add(step, [("dpo/loss", value), ("optimizer/ä", -value)]);
            }
        }

        var events = Records(bytes.ToArray()).Select(TensorboardEvent.Parse).ToList();
        Assert.All(events, one => Assert.Equal(1795694400.5, one.WallTime));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal(
            scalars.SelectMany(one => new[] { ((long)one.Item1, "dpo/loss", (float)one.Item2), (one.Item1, "optimizer/ä", (float)-one.Item2) }),
            events.Skip(1).Select(one => (one.Step, one.Tag, one.Value)));
    }, iter: 20);

    [Fact]
    public void Its_name_is_one_that_tensorboard_looks_for() => Assert.Equal("events.out.tfevents.1795694400.rlaif", EventFile.NameAt(new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero)));

    private static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Crc(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(Crc(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return file[(at + 12)..(at + 12 + length)];
            at += 16 + length;
        }
    }

    // Bit by bit, polynomial 0x1EDC6F41 reflected.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
            }
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
    }

    /// <summary>event.proto and summary.proto, read field by field.</summary>
    private sealed record TensorboardEvent(double WallTime, long Step, string FileVersion, string Tag, float Value)
    {
        public static TensorboardEvent Parse(byte[] message) => Fields(message).Aggregate(new TensorboardEvent(0, 0, "", "", 0), (known, field) => field.Number switch
        {
            1 => known with { WallTime = BitConverter.ToDouble(field.Bytes) },
            2 => known with { Step = field.Varint },
            3 => known with { FileVersion = Encoding.UTF8.GetString(field.Bytes) },
            5 => Fields(Assert.Single(Fields(field.Bytes)).Bytes).Aggregate(known, (scalar, inner) => inner.Number switch
            {
                1 => scalar with { Tag = Encoding.UTF8.GetString(inner.Bytes) },
                2 => scalar with { Value = BitConverter.ToSingle(inner.Bytes) },
                _ => throw new InvalidDataException($"field {inner.Number} of a value"),
            }),
            _ => throw new InvalidDataException($"field {field.Number} of an event"),
        });

        private static List<(int Number, long Varint, byte[] Bytes)> Fields(byte[] message)
        {
            var fields = new List<(int, long, byte[])>();
            for (var at = 0; at < message.Length;)
            {
                var key = Varint(message, ref at);
                var (number, length) = ((int)(key >> 3), (key & 7) switch { 0 => 0, 1 => 8, 5 => 4, 2 => (int)Varint(message, ref at), var wire => throw new InvalidDataException($"wire type {wire}") });
                var varint = (key & 7) == 0 ? Varint(message, ref at) : 0;
                fields.Add((number, varint, message[at..(at + length)]));
                at += length;
            }

            return fields;
        }

        private static long Varint(byte[] message, ref int at)
        {
            var value = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var one = message[at++];
                value |= (long)(one & 127) << shift;
                if (one < 128)
                {
                    return value;
                }
            }
        }
    }
}
