using ScottPlot;
using ScottPlot.MultiplotLayouts;

namespace Rlaif.Cli.Trainings;

/// <summary>The same curves as a picture.</summary>
internal static class CurvesPicture
{
    private const int Columns = 3, Width = 420, Height = 260;

    public static byte[] Of(IReadOnlyList<Curve> curves)
    {
        var (columns, rows) = (Math.Min(Columns, curves.Count), (curves.Count + Columns - 1) / Columns);
        var picture = new Multiplot();
        picture.AddPlots(curves.Count);
        picture.Layout = new Grid(rows, columns);
        for (var i = 0; i < curves.Count; i++)
        {
            var plot = picture.GetPlot(i);
            var line = plot.Add.Scatter(curves[i].Steps.ToArray(), curves[i].Values.ToArray());
            line.MarkerSize = curves[i].Steps.Count == 1 ? 6 : 0;
            if (curves[i].Values.Distinct().Count() == 1)
            {
                plot.Axes.SetLimitsY(curves[i].Room.Low, curves[i].Room.High);
            }

            plot.Title(curves[i].Name, size: 12);
            plot.XLabel("step", size: 11);
        }

        return picture.Render(columns * Width, rows * Height).GetImageBytes(ImageFormat.Png);
    }
}
