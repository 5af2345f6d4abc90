using System.Globalization;
using System.Net;
using System.Text;
using ModelServing.Contracts.Predictions;
using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Skew;

/// <summary>The report as one HTML page, with a pair of histograms for each input. It has no script, and needs no other file.</summary>
internal static class SkewPage
{
    /// <summary>The style of reports, for light and dark screens.</summary>
    internal const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --faint: #6a737d; --line: #d5dade; --page: #ffffff; --card: #f6f8fa;
          --training: #6e7781; --serving: #0969da; --shifted: #b3261e; --moderate: #8a5a00; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --page: #0d1117; --card: #151b23;
          --training: #9198a1; --serving: #4493f8; --shifted: #ff7b72; --moderate: #e3b341; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 72rem; margin: 2rem auto;
          padding: 0 1rem; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1rem; }
        figure { background: var(--card); border: 1px solid var(--line); border-radius: 6px; margin: 0; padding: .75rem 1rem; }
        figcaption b { overflow-wrap: anywhere; }
        figcaption, .faint { color: var(--faint); font-size: 13px; }
        figcaption b, .key { color: var(--ink); }
        svg { display: block; width: 100%; height: auto; margin-top: .5rem; }
        .training { fill: var(--training); } .serving { fill: var(--serving); }
        .axis { stroke: var(--line); } text { fill: var(--faint); font: 12px system-ui, sans-serif; }
        .shifted { color: var(--shifted); font-weight: 600; } .moderate { color: var(--moderate); font-weight: 600; }
        .swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .3em 0 1em; }
        """;

    internal static string Write(SkewReport report)
    {
        var page = new StringBuilder();
        var title = Escape($"{report.Model}: training and serving");
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{title}</h1>
            <p>Predictions from {IsoTime.Write(report.Since)} to {IsoTime.Write(report.Until)}, compared with {Escape(report.Training)}.</p>
            <p class="key"><span class="swatch" style="margin-left:0;background:var(--training)"></span>training
            <span class="swatch" style="background:var(--serving)"></span>serving</p>
            <p class="faint">A pair of bars is the share of the rows in one bin of training. PSI: from {SkewFigures.Moderate} on, a
            moderate difference, from {SkewFigures.Large} on, another distribution. Nothing is concluded from fewer than
            {SkewTable.Count(SkewFigures.LeastCount)} rows.</p>

            """);
        foreach (var version in report.Versions)
            Write(page, version);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Write(StringBuilder page, VersionSkew version)
    {
        page.Append(CultureInfo.InvariantCulture, $"""
            <h2>Version {version.Version}</h2>
            <p>{SkewTable.Count(version.Predictions)} predictions; {version.Shifted} of {version.Columns.Count} inputs shifted.</p>

            """);
        if (version.NotCompared.Count > 0)
            page.Append(CultureInfo.InvariantCulture, $"<p>Not compared: {Escape(string.Join(", ", version.NotCompared))}.</p>\n");
        page.Append("<div class=\"cards\">\n");
        foreach (var column in version.Columns)
        {
            var verdict = SkewTable.NameOf(column.Verdict);
            page.Append(CultureInfo.InvariantCulture, $"""
                <figure>
                <figcaption><b>{Escape(column.Name)}</b><br>
                <span class="{verdict.Split(' ')[0]}">{verdict}</span>: PSI {SkewTable.Figure(column.Psi)}, largest difference
                {SkewTable.Figure(column.LargestDifference)}<br>
                {SkewTable.Count(column.TrainingRows)} rows in training, {SkewTable.Count(column.ServedRows)} in serving; defaults
                {SkewTable.Share(column.TrainingDefaults)} and {SkewTable.Share(column.ServedDefaults)}</figcaption>
                {HistogramPair.Write(column)}
                </figure>

                """);
        }

        page.Append("</div>\n");
    }

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);
}
