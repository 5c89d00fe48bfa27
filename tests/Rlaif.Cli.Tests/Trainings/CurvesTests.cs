using System.Text;
using System.Xml.Linq;
using Rlaif.Cli.Trainings;
using Rlaif.Learning.Training;

namespace Rlaif.Cli.Tests.Trainings;

public class CurvesTests
{
    private static readonly IReadOnlyList<TrainingMetric> Metrics =
    [
        .. Enumerable.Range(1, 2000).SelectMany(step => new TrainingMetric[] { new(step, "dpo/loss", 1.0 / step), new(step, "dpo/constant", 3), new(step, "dpo/broken", double.NaN) }),
        new(1, "dpo/once", -2),
    ];

    [Fact]
    public void A_long_curve_is_means_of_neighbouring_steps_and_keeps_no_broken_value()
    {
        var curves = Curve.Of(Metrics);
        Assert.Equal(["dpo/loss", "dpo/constant", "dpo/once"], curves.Select(curve => curve.Name));
        Assert.Equal(500, curves[0].Steps.Count);
        // Steps 1 to 4: (1 + 1/2 + 1/3 + 1/4) / 4.
        Assert.Equal((2.5, 25.0 / 48), (curves[0].Steps[0], Math.Round(curves[0].Values[0] * 48) / 48));
    }

    [Theory]
    [InlineData(2e-5, 2e-5, 1e-5, 3e-5)]
    [InlineData(-4, -4, -6, -2)]
    [InlineData(0, 0, -1, 1)]
    [InlineData(1, 3, 1, 3)]
    public void A_constant_lies_in_the_middle_of_its_axis(double first, double last, double low, double high)
    {
        var room = new Curve("a", [1, 2], [first, last]).Room;
        Assert.Equal((low, high), (Math.Round(room.Low, 9), Math.Round(room.High, 9)));
    }

    [Fact]
    public void The_page_is_well_formed_asks_nothing_of_anybody_and_lets_no_markup_in()
    {
        var page = CurvesPage.Of("dpo on <script>alert(1)</script>\"&.jsonl", Curve.Of(Metrics));
        var body = XDocument.Parse(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]);
        Assert.Equal(3, body.Descendants("svg").Count());
        Assert.Equal(2, body.Descendants("polyline").Count());
        Assert.Empty(body.Descendants("script"));
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Points_lie_inside_the_axes_and_a_higher_value_lies_higher()
    {
        var page = CurvesPage.Of("x", [new("a", [1, 2, 3], [0, 10, 5])]);
        var line = XDocument.Parse(page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)]).Descendants("polyline").Single();
        Assert.Equal("64,154 206,12 348,83", (string)line.Attribute("points")!);
    }

    [Fact]
    public void The_picture_is_a_png_of_a_row_for_every_three_curves()
    {
        var png = CurvesPicture.Of(Curve.Of(Metrics));
        Assert.Equal("\u0089PNG", Encoding.Latin1.GetString(png.AsSpan(0, 4)));
        Assert.Equal([1260, 260], new[] { 16, 20 }.Select(at => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at))));
    }
}
