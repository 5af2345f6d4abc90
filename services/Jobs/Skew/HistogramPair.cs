using System.Globalization;
using System.Text;
using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Skew;

/// <summary>The histograms of an input in training and in serving, as one inline SVG: a pair of bars for each bin.</summary>
internal static class HistogramPair
{
    private const double Width = 360;
    private const double Height = 150;
    private const double Bottom = 18;
    private const double Top = 18;

    internal static string Write(ColumnSkew column)
    {
        var (training, serving) = (SharesOf(column.Training), SharesOf(column.Serving));
        // The bin of missing values is there only if it has some.
        var first = training[ColumnBins.MissingBin] + serving[ColumnBins.MissingBin] > 0 ? 0 : 1;
        var most = Math.Max(0.01, training.Concat(serving).Max());
        var step = Width / (training.Length - first);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{SkewPage.Escape(column.Name)} in training and serving\">\n");
        for (var bin = first; bin < training.Length; bin++)
        {
            var left = (bin - first) * step;
            svg.Append(
                $"<g><title>{SkewPage.Escape(RangeOf(column, bin))}: {SkewTable.Share(training[bin])} in training, " +
                    $"{SkewTable.Share(serving[bin])} in serving</title>" +
                    Bar("training", left + (step * 0.1), step * 0.4, training[bin] / most) +
                    Bar("serving", left + (step * 0.5), step * 0.4, serving[bin] / most) + "</g>\n");
        }

        var baseline = Number(Height - Bottom);
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"axis\" x1=\"0\" x2=\"{Width}\" y1=\"{baseline}\" y2=\"{baseline}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"13\">{SkewTable.Share(most)}</text>\n");
        var leftmost = $"{(first == 0 ? "missing, then " : "")}{Value(column.Profile.Least)}";
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{Height - 4}\">{leftmost}</text>\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Width}\" y=\"{Height - 4}\" text-anchor=\"end\">{Value(column.Profile.Largest)}</text>\n");
        return svg.Append("</svg>").ToString();
    }

    private static string Bar(string name, double left, double width, double height)
    {
        var tall = height * (Height - Bottom - Top);
        return $"<rect class=\"{name}\" x=\"{Number(left)}\" y=\"{Number(Height - Bottom - tall)}\" width=\"{Number(width)}\" " +
            $"height=\"{Number(tall)}\"/>";
    }

    private static string RangeOf(ColumnSkew column, int bin)
    {
        var edges = column.Edges;
        return bin == ColumnBins.MissingBin ? "missing"
            : edges.Count == 0 ? "any value"
            : bin == 1 ? $"up to {Value(edges[0])}"
            : bin == edges.Count + 1 ? $"above {Value(edges[^1])}"
            : $"above {Value(edges[bin - 2])}, up to {Value(edges[bin - 1])}";
    }

    private static double[] SharesOf(IReadOnlyList<long> counts)
    {
        var total = Math.Max(1, counts.Sum());
        return [.. counts.Select(count => (double)count / total)];
    }

    private static string Value(float value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
