using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Predictions.Sqlite;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;
using ModelServing.TestKit.Sample;

namespace ModelServing.Services.Tests.Jobs.Replays;

/// <summary>A registry with the sample's two versions and others, and a log of payments that version 1 has answered.</summary>
internal sealed class ReplayedLog : IDisposable
{
    internal const int Payments = 700;

    private readonly TemporaryFolder folder = new();

    internal static ModelName Fraud { get; } = ModelName.Parse("fraud");

    /// <summary>The payments in the order of the log, and what both versions say about each.</summary>
    internal IReadOnlyList<SampleRow> Rows { get; } = SampleReplay.Rows(Payments);

    internal float[] Stable { get; private set; } = [];

    internal float[] Candidate { get; private set; } = [];

    internal string Log => folder.Combine("log.db");

    internal string Registry => "file:" + folder.Combine("registry");

    public void Dispose() => folder.Dispose();

    internal string Combine(string name) => folder.Combine(name);

    internal static async Task<ReplayedLog> CreateAsync(CancellationToken cancellation)
    {
        var log = new ReplayedLog();
        foreach (var version in SampleArtifacts.Versions)
        {
            await log.PublishAsync(
                version,
                await File.ReadAllBytesAsync(SampleArtifacts.ModelPath(version), cancellation),
                TrainingInfo.Parse(await File.ReadAllBytesAsync(SampleArtifacts.TrainingPath(version), cancellation)),
                cancellation);
        }

        (log.Stable, log.Candidate) = (log.Score(1), log.Score(2));
        using var store = new SqlitePredictionStore(log.Log, PredictionLogSettings.MostRetentionDays);
        foreach (var some in log.Rows.Index().Select(row => SomeRecord.Stored(log.Record(row.Index))).Chunk(store.MostRows))
            await store.PutAsync(some, cancellation);
        // The outcomes of the first ones are known.
        await store.PutOutcomesAsync(
            [.. log.Rows.Index().Take(500).Select(static row => new Outcome(
                SomeRecord.IdOf(row.Index), OutcomeValue.FromFlag(row.Item.IsFraud), SomeRecord.Start.AddHours(2)))],
            cancellation);
        return log;
    }

    internal async Task PublishAsync(int version, byte[] model, TrainingInfo training, CancellationToken cancellation)
    {
        var registry = new ModelRegistry(RegistryLocation.Open(Registry), TimeProvider.System);
        await registry.PublishAsync(Fraud, new ModelVersion(version), model, training, cancellation);
    }

    /// <summary>Writes the document of a replay, and returns its file.</summary>
    internal async Task<string> DocumentAsync(int version, long milliseconds, params ExperimentMetric[] metrics)
    {
        var path = folder.Combine($"replay-{version}.json");
        await File.WriteAllBytesAsync(path, new ReplayDocument
        {
            Model = Fraud,
            Version = new ModelVersion(version),
            Metrics = metrics,
            DeadlineMilliseconds = milliseconds,
        }.ToUtf8());
        return path;
    }

    // As the platform records it, with a card's number that the stack file hashes.
    private PredictionRecord Record(int index)
    {
        var row = Rows[index].Transaction;
        var record = SomeRecord.Create(index, TimeSpan.FromSeconds(index));
        (record.Version, record.Variant) = (1, "stable");
        record.Inputs.Clear();
        record.Inputs.Add(new RecordedTensor
        {
            Name = "card_id",
            Datatype = "INT64",
            Shape = { 1 },
            Omitted = "hashed",
            Digest = ByteString.CopyFrom([1, 2, 3, 4]),
        });
        record.Inputs.Add(SomeRecord.Tensor("amount", "FP64", [1], row.Cents / 100.0));
        record.Inputs.Add(SomeRecord.Tensor("features", "FP32", [1, 15], Rows[index].Features.ToArray()));
        record.Inputs.Add(SomeRecord.Floats("x", [1], 1));
        record.Outputs.Clear();
        record.Outputs.Add(SomeRecord.Floats("probabilities", [1, 2], 1 - Stable[index], Stable[index]));
        return record;
    }

    private float[] Score(int version)
    {
        using var session = new InferenceSession(SampleArtifacts.ModelPath(version));
        using var options = new RunOptions();
        return [.. Rows.Select(row =>
        {
            using var input = OrtValue.CreateTensorValueFromMemory(row.Features.ToArray(), [1, 15]);
            using var outputs = session.Run(options, ["features"], [input], ["probabilities"]);
            return MemoryMarshal.Cast<byte, float>(outputs[0].GetTensorMutableRawData())[1];
        })];
    }
}
