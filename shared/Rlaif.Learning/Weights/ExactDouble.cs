using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rlaif.Learning.Weights;

/// <summary>Writes doubles with 17 digits. .NET's shortest form is not always read back as the same number: 2⁻²⁵ becomes 2.980232238769531E-08, which is
/// the double below it.</summary>
internal sealed class ExactDouble : JsonConverter<double>
{
    public static JsonSerializerOptions Options { get; } = new() { Converters = { new ExactDouble() } };

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.ToString("G17", CultureInfo.InvariantCulture));
}
