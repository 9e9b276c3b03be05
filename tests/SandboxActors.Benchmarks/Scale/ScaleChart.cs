using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>Draws what operations cost over how many sandboxes there are.</summary>
internal static class ScaleChart
{
    public static void Write(string path, IReadOnlyList<ScalePoint> live, IReadOnlyList<ScalePoint> parked)
    {
        var model = new PlotModel { Title = "What it costs to be one of many", Background = OxyColors.White };
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "sandboxes in the process", MajorGridlineStyle = LineStyle.Dot });
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "microseconds", Minimum = 10, MajorGridlineStyle = LineStyle.Dot });
        model.Legends.Add(new Legend { LegendPosition = LegendPosition.TopLeft });
        Add(model, "create, all alive", live, static point => point.Create, OxyColors.Firebrick, LineStyle.Solid);
        Add(model, "call, all alive", live, static point => point.Call, OxyColors.SteelBlue, LineStyle.Solid);
        Add(model, "call and restore, all alive", live, static point => point.CallAndRestore, OxyColors.SeaGreen, LineStyle.Solid);
        Add(model, "create and call an actor, most parked", parked, static point => point.Create, OxyColors.Firebrick, LineStyle.Dash);
        Add(model, "call an actor, most parked", parked, static point => point.Call, OxyColors.SteelBlue, LineStyle.Dash);
        Add(model, "call and restore an actor, most parked", parked, static point => point.CallAndRestore, OxyColors.SeaGreen, LineStyle.Dash);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream file = File.Create(path);
        new SvgExporter { Width = 900, Height = 560 }.Export(model, file);
    }

    private static void Add(PlotModel model, string title, IReadOnlyList<ScalePoint> points, Func<ScalePoint, double> value, OxyColor color, LineStyle style)
    {
        var series = new LineSeries { Title = title, Color = color, LineStyle = style, MarkerType = MarkerType.Circle, MarkerFill = color };
        series.Points.AddRange(points.Select(point => new DataPoint(point.Sandboxes, value(point))));
        model.Series.Add(series);
    }
}
