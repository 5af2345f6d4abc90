using System.Globalization;
using System.Text;
using ModelServing.Jobs.Skew;

namespace ModelServing.Jobs.Experiments;

/// <summary>The interval of a difference over time, as an inline SVG: a band with a line for the difference, and a line at 0.</summary>
internal static class IntervalPlot
{
    private const double Width = 360;
    private const double Height = 170;
    private const double Bottom = 20;
    private const double Top = 20;

    internal static string Write(MetricComparison comparison)
    {
        var points = comparison.OverTime;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"interval of {SkewPage.Escape(comparison.Metric)}\">\n");
        var (least, most) = (Math.Min(0, points.Min(static point => point.Lower)), Math.Max(0, points.Max(static point => point.Upper)));
        var (first, last) = (points[0].Time, points[^1].Time);
        var band = points.Select(point => At(point, point.Upper)).Concat(points.Reverse().Select(point => At(point, point.Lower)));
        svg.Append(CultureInfo.InvariantCulture, $"<polygon class=\"band\" points=\"{string.Join(' ', band)}\"/>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<polyline class=\"value\" points=\"{string.Join(' ', points.Select(point => At(point, point.Value)))}\"/>\n");
        var zero = Number(Y(0));
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"zero\" x1=\"0\" x2=\"{Width}\" y1=\"{zero}\" y2=\"{zero}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"13\">{ExperimentTable.Number(most)}</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"0\" y=\"{Height - 5}\">{ExperimentTable.Number(least)}; from {TimeOf(points[0])}</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Width}\" y=\"13\" text-anchor=\"end\">to {TimeOf(points[^1])}</text>\n");
        return svg.Append("</svg>").ToString();

        string At(IntervalPoint point, double value)
        {
            var share = last > first ? (point.Time - first) / (last - first) : 1;
            return $"{Number(share * Width)},{Number(Y(value))}";
        }

        double Y(double value) => most > least
            ? Top + ((most - value) / (most - least) * (Height - Top - Bottom))
            : Height / 2;
    }

    /// <summary>The time of a point in UTC, to the second.</summary>
    internal static string TimeOf(IntervalPoint point) =>
        point.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
