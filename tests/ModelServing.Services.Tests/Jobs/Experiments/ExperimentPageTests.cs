using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ModelServing.Jobs.Experiments;
using Spectre.Console;

namespace ModelServing.Services.Tests.Jobs.Experiments;

/// <summary>The report as a table, as a page and as JSON.</summary>
public class ExperimentPageTests
{
    [Fact]
    public async Task The_page_has_a_plot_of_each_interval_with_its_numbers_beneath_and_needs_nothing_else()
    {
        var report = await ReportAsync();
        var page = ExperimentPage.Write(report with { Notes = ["<script>alert(1)</script>"] });
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" src=", page, StringComparison.Ordinal);
        var figures = page.Split("<figure>").Skip(1).Select(static part => XElement.Parse($"<f>{part.Split("</figure>")[0]}</f>"
            .Replace("<br>", "<br/>", StringComparison.Ordinal))).ToList();
        Assert.Equal(report.Comparisons.Count, figures.Count);
        Assert.All(figures.Zip(report.Comparisons), static pair =>
        {
            var (figure, comparison) = pair;
            Assert.NotEmpty(comparison.OverTime);
            var line = ((string)figure.Descendants("polyline").Single().Attribute("points")!).Split(' ');
            var band = ((string)figure.Descendants("polygon").Single().Attribute("points")!).Split(' ');
            Assert.Equal((comparison.OverTime.Count, 2 * comparison.OverTime.Count), (line.Length, band.Length));
            // The last point is at the right, and its value is between its limits; SVG counts from the top.
            var (value, upper, lower) = (At(line[^1]), At(band[comparison.OverTime.Count - 1]), At(band[comparison.OverTime.Count]));
            Assert.Equal((360.0, 360.0, 360.0), (value.X, upper.X, lower.X));
            Assert.InRange(value.Y, upper.Y, lower.Y);
            Assert.All(band.Concat(line), static point => Assert.InRange(At(point).Y, 20, 150));
            var rows = figure.Descendants("table").Last().Elements("tr").ToList();
            Assert.Equal(comparison.OverTime.Count + 1, rows.Count);
            Assert.Equal(
                ExperimentTable.Number(comparison.Result.Difference!.Value.Lower), rows[^1].Elements("td").ElementAt(3).Value);
        });

        static (double X, double Y) At(string point) => (
            double.Parse(point.Split(',')[0], CultureInfo.InvariantCulture),
            double.Parse(point.Split(',')[1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_page_opens_without_a_plot_as_long_as_too_little_is_known()
    {
        var report = await SomeExperiment.AnalyseAsync(
            ExperimentAnalysisTests.Difference(4, 1), SomeExperiment.Document(SomeExperiment.Hits));
        var page = ExperimentPage.Write(report);
        Assert.DoesNotContain("<svg", page, StringComparison.Ordinal);
        Assert.Contains("Nothing may be concluded yet", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(500)]
    public async Task The_page_fits_a_window_of_any_width(int width)
    {
        Assert.SkipUnless(Browser.IsInstalled, Browser.Missing);
        const string Measure = """
            <script>document.body.textContent = "WIDE" + (document.documentElement.scrollWidth > window.innerWidth) + "END";</script></body>
            """;
        var page = ExperimentPage.Write(await ReportAsync());
        var shown = await Browser.OpenAsync(page.Replace("</body>", Measure, StringComparison.Ordinal), width);
        Assert.Contains("WIDEfalseEND", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_fits_eighty_columns_and_has_a_sentence_for_each_arm_and_metric()
    {
        var report = await ReportAsync();
        var name = new string('n', 40);
        report = report with
        {
            Comparisons = [.. report.Comparisons, report.Comparisons[0] with { Arm = name, Metric = name }],
            Arms = [.. report.Arms, report.Arms[0] with { Name = name }],
            Notes = [new string('w', 50) + " " + new string('w', 50)],
        };
        List<string> lines = [.. ExperimentTable.Lines(report).Select(Markup.Remove)];
        // A line end within a line would be printed as a character that is not a text's.
        Assert.All(lines, static line => Assert.DoesNotContain(line, char.IsControl));
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 80));
        var text = string.Join(' ', lines.Select(static line => line.Trim()));
        Assert.All(report.Comparisons, comparison => Assert.Contains(comparison.Result.Reason, text, StringComparison.Ordinal));
        Assert.Contains("Shares: as planned (p = 1).", lines);
        Assert.Contains("The window of a unit is 10 minutes.", text, StringComparison.Ordinal);
        Assert.Equal(3, lines.Count(line => line == name));
        Assert.Contains(ExperimentTable.Lines(report), static line => line.StartsWith("[green]hits ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_document_has_the_figures_of_the_report()
    {
        var report = await ReportAsync();
        var document = JsonNode.Parse(report.ToJson())!;
        var first = document["comparisons"]![0]!;
        Assert.Equal(("hits", "b", "better"), ((string?)first["metric"], (string?)first["arm"], (string?)first["result"]!["conclusion"]));
        Assert.Equal(report.Comparisons[0].Result.Difference!.Value.Upper, (double)first["result"]!["difference"]!["upper"]!);
        Assert.Equal(0.5, (double)document["arms"]![0]!["plannedShare"]!);
        Assert.Equal(report.Comparisons[0].OverTime.Count, first["overTime"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_ranking_with_few_outcomes_says_how_many_are_missing_in_each_form()
    {
        // A fifth of stable's 200 units has the outcome.
        var report = await SomeExperiment.AnalyseAsync(
            ExperimentAnalysisTests.Difference(400, 1), SomeExperiment.Document(SomeExperiment.Order, SomeExperiment.Hits));
        const string Sentence = "Nothing may be concluded yet: of the 100 units with a positive outcome that each arm needs for " +
            "order AUC, b has 120 and stable has 40. About 600 more units would have them.";
        var table = string.Join(' ', ExperimentTable.Lines(report).Select(static line => Markup.Remove(line).Trim()));
        Assert.Contains(Sentence, table, StringComparison.Ordinal);
        var page = ExperimentPage.Write(report);
        Assert.Contains(Sentence, page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("<svg").Length - 1);
        var comparisons = JsonNode.Parse(report.ToJson())!["comparisons"]!;
        var (area, hits) = (comparisons[0]!, comparisons[2]!);
        Assert.Equal(("not-yet", Sentence), ((string?)area["result"]!["conclusion"], (string?)area["result"]!["reason"]));
        Assert.Equal(
            """{"positive":40,"negative":160,"needed":100}""", area["result"]!["stable"]!["ranked"]!.ToJsonString());
        Assert.Null(area["result"]!["difference"]);
        Assert.Empty(area["overTime"]!.AsArray());
        Assert.False(hits["result"]!["stable"]!.AsObject().ContainsKey("ranked"));
    }

    private static Task<ExperimentReport> ReportAsync() => SomeExperiment.AnalyseAsync(
        ExperimentAnalysisTests.Difference(4000, 1), SomeExperiment.Document(SomeExperiment.Hits, SomeExperiment.Cost));
}
