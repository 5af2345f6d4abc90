using System.Text.Json.Nodes;
using System.Xml.Linq;
using ModelServing.Contracts;
using ModelServing.Jobs;
using ModelServing.Jobs.Progress;
using ModelServing.Jobs.Skew;
using ModelServing.Registry.Profiles;
using ModelServing.Services.Tests.Predictions;
using Spectre.Console;

namespace ModelServing.Services.Tests.Jobs.Skew;

/// <summary>A shifted input shows, and an unshifted one does not.</summary>
public sealed class ServingSkewTests : IDisposable
{
    private readonly SomeServing serving = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => serving.Dispose();

    [Fact]
    public void The_profile_of_a_table_has_its_columns_of_numbers()
    {
        var columns = SomeServing.Profile(serving.WriteTable()).Columns.ToDictionary(static column => column.Name);
        Assert.Equal(
            ["amount", "card-activity.count_1d", "card-activity.sum_1d", "card-activity.to_mean", "card_id", "label"],
            columns.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([0L, .. Enumerable.Repeat(400L, 10)], columns["card-activity.count_1d"].ToBins());
        Assert.Equal(1000, columns["card-activity.to_mean"].Missing);
        Assert.Equal(800, columns["card-activity.to_mean"].Defaults);
        Assert.Equal(0, columns["amount"].Defaults);
        Assert.Equal(ColumnProfile.MostBins, columns["amount"].Counts.Count);
        Assert.All(columns["amount"].Counts, static count => Assert.InRange(count, 195, 205));
        Assert.Equal([0f], columns["label"].Edges);
        Assert.All(columns.Values, static column => Assert.Equal(4000, column.ToBins().Sum()));
    }

    [Fact]
    public async Task What_is_served_as_it_was_trained_is_the_same()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(3000, static amount => amount);
        var version = (await serving.CompareAsync()).Versions.Single();
        Assert.Equal((2, 3000L, 0L), (version.Version, version.Predictions, version.WithoutData));
        Assert.Equal(4, version.Columns.Count);
        Assert.All(version.Columns, static column =>
        {
            Assert.Equal(SkewVerdict.Same, column.Verdict);
            Assert.InRange(column.Psi!.Value, 0, 0.02);
            Assert.InRange(column.LargestDifference!.Value, 0, 0.02);
            Assert.Equal(3000, column.ServedRows);
        });
        var mean = version.Columns.Single(static column => column.Name == "card-activity.to_mean");
        Assert.Equal((0.25, 0.25, 0.2, 0.2), (mean.TrainingMissing, mean.ServedMissing, mean.TrainingDefaults, mean.ServedDefaults));
        Assert.Empty(version.NotCompared);
    }

    [Fact]
    public async Task A_shifted_input_shows_and_the_others_do_not()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(3000, static amount => amount * 2);
        var version = (await serving.CompareAsync()).Versions.Single();
        var first = version.Columns[0];
        Assert.Equal(("amount", SkewVerdict.Shifted), (first.Name, first.Verdict));
        // Twice a uniform variable: half of it is beyond everything in training.
        Assert.InRange(first.LargestDifference!.Value, 0.45, 0.5);
        Assert.True(first.Psi > 1, $"{first.Psi}");
        Assert.All(version.Columns.Skip(1), static column => Assert.Equal(SkewVerdict.Same, column.Verdict));
        Assert.Equal(1, version.Shifted);
    }

    [Fact]
    public async Task A_table_takes_the_place_of_the_profiles()
    {
        await serving.PublishAsync(null);
        serving.Serve(2000, static amount => amount + 50);
        var e = await Assert.ThrowsAsync<JobException>(() => serving.CompareAsync());
        Assert.Equal(JobExit.WrongInput, e.ExitCode);
        Assert.Contains("fraud version 2 was published without a profile", e.Message, StringComparison.Ordinal);

        var request = await SkewCommand.WithTableAsync(
            SomeServing.Request, serving.Registry, [serving.WriteTable()], 256, new StepLines(TextWriter.Null), Token);
        // Only the model's columns are read.
        Assert.Equal(4, request.Table!.Columns.Count);
        var report = await serving.CompareAsync(request);
        Assert.Equal("table.parquet", report.Training);
        Assert.Equal(
            ["amount"],
            report.Versions.Single().Columns.Where(static column => column.Verdict == SkewVerdict.Shifted)
                .Select(static column => column.Name));
    }

    [Fact]
    public async Task Each_version_is_compared_with_its_own_training_and_what_no_rollout_assigned_is_left_out()
    {
        var profile = SomeServing.Profile(serving.WriteTable());
        await serving.PublishAsync(new TrainingProfile { Columns = [.. profile.Columns.Where(static one => one.Name != "amount")] }, 1);
        await serving.PublishAsync(profile);
        serving.Serve(1500, static amount => amount, "stable", version: 1);
        serving.Serve(999, static amount => amount * 9);
        serving.Serve(1000, static amount => amount * 9, "pinned", version: 2);
        var report = await serving.CompareAsync();
        Assert.Equal([(1, 1500L), (2, 999L)], report.Versions.Select(static version => (version.Version, version.Predictions)));
        Assert.Equal(["amount"], report.Versions[0].NotCompared);
        Assert.All(report.Versions[0].Columns, static column => Assert.Equal(SkewVerdict.Same, column.Verdict));
        Assert.All(report.Versions[1].Columns, static column => Assert.Equal(SkewVerdict.TooFew, column.Verdict));
        Assert.Single((await serving.CompareAsync(SomeServing.Request with { Version = new ModelVersion(1) })).Versions);
    }

    [Fact]
    public async Task The_table_fits_eighty_columns_and_cuts_no_name()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(3000, static amount => amount * 2);
        var report = await serving.CompareAsync();
        var version = report.Versions.Single();
        var first = version.Columns[0];
        var name = new string('n', 70);
        report = report with
        {
            Versions = [version with { Columns = [first with { Profile = first.Profile with { Name = name } }, .. version.Columns] }],
        };
        List<string> lines = [.. SkewTable.Lines(report).Select(Markup.Remove)];
        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 80));
        Assert.Contains(name, lines);
        Assert.Contains(lines, static line => line.StartsWith("amount                            shifted ", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("3,000 in serving", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_in_the_log_is_counted()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(20, static amount => amount, isDropped: true);
        var report = await serving.CompareAsync();
        var version = report.Versions.Single();
        Assert.Equal((20L, 20L), (version.Predictions, version.WithoutData));
        Assert.All(version.Columns, static column => Assert.Null(column.Psi));
        Assert.Contains(SkewTable.Lines(report), static line => line.Contains("20 of them lack inputs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_predictions_the_message_says_so()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        var e = await Assert.ThrowsAsync<JobException>(() => serving.CompareAsync());
        Assert.Contains("there is no prediction of fraud from 2026-11-28T10:00:00", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_has_two_histograms_of_each_input_and_needs_nothing_else()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(1500, static amount => amount * 2);
        var report = await serving.CompareAsync();
        var page = SkewPage.Write(report with { Training = "<script>alert(1)</script>" });
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain(" src=", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        var pictures = page.Split("<svg ").Skip(1)
            .Select(static part => XElement.Parse("<svg " + part.Split("</svg>")[0] + "</svg>")).ToList();
        Assert.Equal(4, pictures.Count);
        Assert.All(pictures.Zip(report.Versions[0].Columns), static pair =>
        {
            var bars = pair.First.Descendants("rect").ToLookup(static bar => (string)bar.Attribute("class")!);
            var bins = pair.Second.Training.Count - (pair.Second.TrainingMissing > 0 ? 0 : 1);
            Assert.Equal((bins, bins), (bars["training"].Count(), bars["serving"].Count()));
        });
        // The largest bar is as high as the picture allows.
        Assert.All(pictures, static picture => Assert.Equal(
            114.0, picture.Descendants("rect").Max(static bar => (double)bar.Attribute("height")!), 1));
    }

    [Fact]
    public async Task The_document_has_the_figures_and_the_counts()
    {
        await serving.PublishAsync(SomeServing.Profile(serving.WriteTable()));
        serving.Serve(1500, static amount => amount * 2);
        var document = JsonNode.Parse((await serving.CompareAsync()).ToJson())!;
        var first = document["versions"]![0]!["columns"]![0]!;
        Assert.Equal(("amount", "shifted"), ((string?)first["name"], (string?)first["verdict"]));
        Assert.Equal(1500, first["serving"]!.AsArray().Sum(static count => (int)count!));
        Assert.Equal(4000, first["training"]!.AsArray().Sum(static count => (int)count!));
        Assert.Equal(SomeRecord.Start, (DateTimeOffset)document["since"]!);
    }
}
