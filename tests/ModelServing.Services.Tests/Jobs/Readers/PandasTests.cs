using System.Diagnostics;
using System.Text.Json.Nodes;
using ModelServing.Contracts.Predictions;
using ModelServing.Services.Tests.Jobs.Export;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Readers;

/// <summary>An exported file in pandas, by each of the libraries with which it reads Parquet.</summary>
public class PandasTests
{
    // Only the columns that it names, as in docs/predictions.md.
    private const string Script =
        """
        import sys, pandas
        frame = pandas.read_parquet(sys.argv[1], engine=sys.argv[2], columns=["request_id", "variant", "outcome", "input_amount"])
        print(frame.to_json(orient="records"))
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pyarrow")]
    [InlineData("fastparquet")]
    public async Task Pandas_reads_the_columns_that_it_is_asked_for(string library)
    {
        var python = await Python.FindAsync($"pandas, {library}", Token);
        Assert.SkipWhen(python is null, $"Python does not have its packages: pip install pandas {library}");
        using var folder = new TemporaryFolder();
        var (store, file) = (new MemoryPredictionStore(), folder.Combine("out.parquet"));
        var (known, unknown) = (SomeRecord.Create(), SomeRecord.Create(2));
        store.Add(known);
        store.Add(unknown);
        store.Outcomes[known.RequestId] = new Outcome(known.RequestId, OutcomeValue.FromFlag(true), SomeRecord.Start);
        await SomeExport.ToFileAsync(store, file);

        using var process = Process.Start(new ProcessStartInfo(python, ["-c", Script, file, library])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(Token);
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, await errors);
        var rows = JsonNode.Parse(output)!.AsArray().Select(static row => row!.AsObject())
            .OrderBy(static row => (string?)row["request_id"], StringComparer.Ordinal).ToList();
        Assert.Equal([known.RequestId, unknown.RequestId], rows.Select(static row => (string?)row["request_id"]));
        Assert.Equal([known.Variant, unknown.Variant], rows.Select(static row => (string?)row["variant"]));
        Assert.Equal([1, null], rows.Select(static row => (double?)row["outcome"]));
        Assert.Equal([12.5, 12.5], rows.Select(static row => (double?)row["input_amount"]));
        Assert.All(rows, static row => Assert.Equal(4, row.Count));
    }
}
