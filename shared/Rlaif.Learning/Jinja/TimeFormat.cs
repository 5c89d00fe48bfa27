using System.Globalization;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Python's <c>strftime</c> in the C locale.</summary>
internal static class TimeFormat
{
    public static string Of(string format, DateTimeOffset time)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i]);
                continue;
            }

            i++;
            output.Append(i == format.Length ? "%" : Part(format[i], time));
        }

        return output.ToString();
    }

    private static string Part(char directive, DateTimeOffset time) => directive switch
    {
        '%' => "%",
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        _ => time.ToString(
            directive switch
            {
                'Y' => "yyyy",
                'y' => "yy",
                'm' => "MM",
                'B' => "MMMM",
                'b' => "MMM",
                'd' => "dd",
                'A' => "dddd",
                'a' => "ddd",
                'H' => "HH",
                'I' => "hh",
                'M' => "mm",
                'S' => "ss",
                'p' => "tt",
                _ => throw new JinjaError($"strftime_now knows no %{directive}"),
            },
            CultureInfo.InvariantCulture),
    };
}
