using System.Globalization;
using System.Net;
using System.Text;
using Rlaif.Cli.Looking;

namespace Rlaif.Cli.Trainings;

/// <summary>Curves as one HTML file that needs nothing else: a small drawing for each metric.</summary>
internal static class CurvesPage
{
    private const double Width = 360, Height = 180, Left = 64, Right = 12, Top = 12, Bottom = 26;

    public static string Of(string title, IReadOnlyList<Curve> curves)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        page.Append(CultureInfo.InvariantCulture, $"<title>{Text(title)}</title>\n<style>");
        page.Append(
            "body{font:14px/1.4 system-ui,sans-serif;margin:2rem;color:#1c1c1c;background:#fff}h1{font-size:1.1rem}main{display:flex;flex-wrap:wrap;gap:1.5rem}" +
            "figure{margin:0}figcaption{font-family:ui-monospace,monospace;font-size:12px}svg text{font-size:11px;fill:#555}" +
            ".axis{stroke:#bbb;fill:none}.curve{stroke:#0b62a4;stroke-width:1.5;fill:none}circle{fill:#0b62a4}");
        page.Append(CultureInfo.InvariantCulture, $"</style></head>\n<body><h1>{Text(title)}</h1>\n<main>\n");
        foreach (var curve in curves)
        {
            page.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Text(curve.Name)}</figcaption>{Drawing(curve)}</figure>\n");
        }

        return page.Append("</main></body></html>\n").ToString();
    }

    private static string Drawing(Curve curve)
    {
        var (low, high) = curve.Room;
        var (first, last) = (curve.Steps[0], curve.Steps[^1]);
        double X(double step) => Left + (last > first ? (step - first) / (last - first) : 0.5) * (Width - Left - Right);
        double Y(double value) => Top + ((high - value) / (high - low) * (Height - Top - Bottom));
        string Point(double step, double value) => string.Create(CultureInfo.InvariantCulture, $"{X(step):0.#},{Y(value):0.#}");
        var line = curve.Steps.Count == 1
            ? string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{X(first):0.#}\" cy=\"{Y(curve.Values[0]):0.#}\" r=\"3\"/>")
            : $"<polyline class=\"curve\" points=\"{string.Join(' ', curve.Steps.Zip(curve.Values, Point))}\"/>";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Text(curve.Name)}\">" +
            $"<path class=\"axis\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/>" +
            $"<text x=\"{Left - 6}\" y=\"{Top + 8}\" text-anchor=\"end\">{Shown.Metric(high)}</text>" +
            $"<text x=\"{Left - 6}\" y=\"{Height - Bottom}\" text-anchor=\"end\">{Shown.Metric(low)}</text>" +
            $"<text x=\"{Left}\" y=\"{Height - 8}\">{first:0}</text><text x=\"{Width - Right}\" y=\"{Height - 8}\" text-anchor=\"end\">step {last:0}</text>{line}</svg>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(TerminalText.Line(text, int.MaxValue));
}
