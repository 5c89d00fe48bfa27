using System.Text.Json;

namespace Rlaif.DeviceCheck;

/// <summary>One line of the output.</summary>
internal static class Line
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    public static void Write(object figures) => Console.Out.WriteLine(JsonSerializer.Serialize(figures, Form));
}
