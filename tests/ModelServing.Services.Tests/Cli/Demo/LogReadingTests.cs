using ModelServing.Cli.Demo;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Sample;
using ModelServing.Services.Tests.Predictions;
using Spectre.Console;

namespace ModelServing.Services.Tests.Cli.Demo;

/// <summary>What the demo computes from the log alone.</summary>
public sealed class LogReadingTests
{
    private readonly MemoryPredictionStore store = new();
    private int made;

    [Fact]
    public async Task Precision_and_recall_are_counted_by_variant()
    {
        Add(6, "stable", isFlagged: true, isFraud: true);
        Add(2, "stable", isFlagged: true, isFraud: false);
        Add(3, "stable", isFlagged: false, isFraud: true);
        Add(700, "stable", isFlagged: false, isFraud: false);
        Add(1, "canary", isFlagged: true, isFraud: true);
        Add(4, "canary", isFlagged: false, isFraud: null);
        var variants = (await ReadAsync()).Variants;
        Assert.Equal(
            [new OutcomeFigures("stable", 1, 711, 711, 9, 8, 6), new OutcomeFigures("canary", 2, 5, 1, 1, 1, 1)], variants);
        Assert.Equal((0.75, 6.0 / 9), (variants[0].Precision, variants[0].Recall));
        Assert.Equal((null, null), (new OutcomeFigures("stable", 1).Precision, new OutcomeFigures("stable", 1).Recall));
    }

    [Fact]
    public async Task Attempts_that_answered_no_caller_are_not_counted()
    {
        Add(1, "stable", isFlagged: false, isFraud: false);
        Add(1, "canary", isFlagged: true, isFraud: true, static record => record.Status = 500);
        Add(1, "stable", isFlagged: true, isFraud: true, static record => record.Comparison = true);
        Add(1, "canary", isFlagged: true, isFraud: true, static record => record.Status = 0);
        Assert.Equal([new OutcomeFigures("stable", 1, 1, 1)], (await ReadAsync()).Variants);
    }

    [Fact]
    public async Task The_example_is_a_flagged_one_of_the_canary_if_there_is_one()
    {
        Add(1, "stable", isFlagged: false, isFraud: false);
        Assert.Equal(SomeRecord.IdOf(1), (await ReadAsync()).Example);
        Add(1, "stable", isFlagged: true, isFraud: false);
        Assert.Equal(SomeRecord.IdOf(2), (await ReadAsync()).Example);
        Add(1, "canary", isFlagged: false, isFraud: false);
        Assert.Equal(SomeRecord.IdOf(3), (await ReadAsync()).Example);
        Add(1, "canary", isFlagged: true, isFraud: false);
        Assert.Equal(SomeRecord.IdOf(4), (await ReadAsync()).Example);
    }

    [Fact]
    public void The_table_fits_80_columns()
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 200;
        console.Write(OutcomeFigures.Table([new OutcomeFigures("stable", 1, 19_000, 19_000, 1_900, 1_234, 1_111)]));
        Assert.All(writer.ToString().Split('\n'), static line => Assert.InRange(line.Length, 0, 80));
        Assert.Matches(@"stable +│ 1 +│ +19,000 │ +1,900 │ +1,234 │ +1,111 │ +90.0% │ +58.5%", writer.ToString());
    }

    private async Task<LogReading> ReadAsync()
    {
        var log = new LogReading(store);
        await log.ReadAsync(SomeRecord.Start, SomeRecord.Start.AddHours(1), default);
        return log;
    }

    private void Add(int count, string variant, bool isFlagged, bool? isFraud, Action<PredictionRecord>? change = null)
    {
        for (var i = 0; i < count; i++)
        {
            var record = SomeRecord.Create(++made, TimeSpan.FromSeconds(made));
            record.Variant = variant;
            record.Version = variant == "stable" ? 1 : 2;
            record.Outputs.Clear();
            record.Outputs.Add(SomeRecord.Tensor(SampleArtifacts.LabelName, "INT64", [1], isFlagged ? 1L : 0));
            change?.Invoke(record);
            store.Add(record);
            if (isFraud is { } fraud)
                store.Outcomes[record.RequestId] = new Outcome(record.RequestId, OutcomeValue.FromFlag(fraud));
        }
    }
}
