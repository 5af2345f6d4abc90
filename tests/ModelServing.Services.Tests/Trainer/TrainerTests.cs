using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;
using ModelServing.TestKit;
using ModelServing.TestKit.Sample;
using ModelServing.Trainer;

namespace ModelServing.Services.Tests.Trainer;

public class TrainerTests
{
    [Fact]
    public async Task Equal_tables_give_equal_bytes()
    {
        using var folder = new TemporaryFolder();
        var table = folder.Combine("table.parquet");
        WriteTable(table, new SimulatorSettings { Customers = 200, Terminals = 400 });
        var outputs = await Task.WhenAll(
            RunAsync("train", table, "--out", folder.Combine("one")), RunAsync("train", table, "--out", folder.Combine("two")));
        Assert.All(outputs, text => Assert.Contains("gradient-boosted-trees", text, StringComparison.Ordinal));
        foreach (var version in SampleArtifacts.Versions)
        {
            foreach (var name in (string[])[SampleArtifacts.ModelFileName, SampleArtifacts.TrainingFileName])
            {
                var (one, two) = (Bytes("one"), Bytes("two"));
                Assert.True(one.AsSpan().SequenceEqual(two), $"version {version}: {name} differs");

                byte[] Bytes(string run) =>
                    File.ReadAllBytes(Path.Combine(SampleArtifacts.VersionFolder(folder.Combine(run), version), name));
            }

            var training = TrainingInfo.Parse(File.ReadAllBytes(Path.Combine(
                SampleArtifacts.VersionFolder(folder.Combine("one"), version),
                SampleArtifacts.TrainingFileName)));
            Assert.InRange(training.Metrics["auc"], 0.7, 1);
            Assert.Equal(SampleArtifacts.InputName, training.Features!.Input);
            Assert.Equal(SampleFeatures.Columns, training.Features.Columns);
            Assert.Equal(Views(), training.Features.Views);
        }
    }

    [Fact]
    public async Task The_data_are_events_and_rows_and_the_same_each_time()
    {
        using var folder = new TemporaryFolder();
        var output = await RunAsync("data", "--small", "--out", folder.Combine("one"));
        await RunAsync("data", "--small", "--out", folder.Combine("two"));
        foreach (var name in (string[])["events.jsonl", "rows.csv"])
            Assert.Equal(File.ReadAllBytes(folder.Combine("one", name)), File.ReadAllBytes(folder.Combine("two", name)));
        var events = File.ReadLines(folder.Combine("one", "events.jsonl")).Count();
        var rows = File.ReadLines(folder.Combine("one", "rows.csv")).Count() - 1;
        Assert.True(events > rows && rows > 10_000, $"{events} events, {rows} rows");
        Assert.Contains($"{events} events in events.jsonl, {rows} rows in rows.csv", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_file_is_refused_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Refusal("none.parquet"), StringComparison.Ordinal);
        File.WriteAllText(folder.Combine("text.parquet"), "text");
        Assert.Contains("is not a training table", Refusal("text.parquet"), StringComparison.Ordinal);
        Run($"COPY (SELECT 1 AS a) TO '{folder.Combine("plain.parquet")}' (FORMAT parquet)");
        Assert.Contains("has no feature views in its metadata", Refusal("plain.parquet"), StringComparison.Ordinal);
        Run($"COPY (SELECT 1 AS a) TO '{folder.Combine("other.parquet")}' (FORMAT parquet, KV_METADATA {{'{TrainingTable.ViewsKey}': " +
            $"'[]'}})");
        Assert.Contains("was not made with the views card-activity and terminal-risk", Refusal("other.parquet"), StringComparison.Ordinal);

        string Refusal(string name) => Assert.Throws<TrainerException>(() => TrainingTable.Read(folder.Combine(name))).Message;
    }

    [Fact]
    public void Without_a_folder_train_writes_the_committed_artifacts()
    {
        Assert.True(TrainerArguments.TryParse(["train", "table.parquet"], out var arguments, out _));
        Assert.Equal("table.parquet", arguments.Table);
        Assert.EndsWith(Path.Combine("services", "Sample", "Artifacts"), arguments.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the commands are: data --out FOLDER [--small], and train TABLE.parquet [--out FOLDER]")]
    [InlineData("trian x", "the commands are: data")]
    [InlineData("data", "--out FOLDER is required")]
    [InlineData("data --out", "--out requires a folder")]
    [InlineData("data --out x --smal", "unknown argument '--smal'")]
    [InlineData("train", "the training table is missing")]
    [InlineData("train x y", "unknown argument 'y'")]
    [InlineData("train x --small", "unknown argument '--small'")]
    public void A_wrong_command_line_is_refused_with_the_reason(string arguments, string problem)
    {
        Assert.False(TrainerArguments.TryParse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), out _, out var actual));
        Assert.StartsWith(problem, actual, StringComparison.Ordinal);
    }

    // The table that 'ms features export' writes of the sample's events and rows.
    private static void WriteTable(string path, SimulatorSettings settings)
    {
        var world = CardSimulator.Run(settings);
        var rows = SampleReplay.Rows(
            SampleEvents.From(world),
            [.. world.Where(static one => SampleDataset.Training.Contains(one.Day) || SampleDataset.Evaluation.Contains(one.Day))]);
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        var columns = string.Join(", ", SampleFeatures.Columns.Select(static column => $"\"{column}\" DOUBLE"));
        command.CommandText = $"CREATE TABLE rows (transaction_id BIGINT, time TIMESTAMP, is_fraud BOOLEAN, {columns})";
        command.ExecuteNonQuery();
        using (var appender = connection.CreateAppender("rows"))
        {
            foreach (var row in rows)
            {
                var line = appender.CreateRow();
                line.AppendValue((long)row.TransactionId);
                line.AppendValue(row.Transaction.Time.UtcDateTime);
                line.AppendValue(row.IsFraud);
                foreach (var feature in row.Features.Span)
                    line.AppendValue((double)feature);
                line.EndRow();
            }
        }

        var views = string.Join(", ", Views().Select(static view => string.Create(
            CultureInfo.InvariantCulture, $"{{\"view\":\"{view.View}\",\"version\":{view.Version},\"digest\":\"{view.Digest}\"}}")));
        command.CommandText = $"COPY rows TO '{path}' (FORMAT parquet, KV_METADATA {{'{TrainingTable.ViewsKey}': '[{views}]'}})";
        command.ExecuteNonQuery();
    }

    private static IEnumerable<ModelView> Views() => SampleFeatures.Views.Select(static view =>
        new ModelView(view, SampleFeatures.ViewVersion, SampleReplay.Definition(view).Digest));

    private static void Run(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ModelServing.Trainer"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return text;
    }
}
