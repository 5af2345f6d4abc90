using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Jobs.Features;
using ModelServing.Jobs.Progress;
using ModelServing.Jobs.Skew;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;
using ModelServing.Services.Tests.Inference.Features;
using ModelServing.Services.Tests.Jobs.Features;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Skew;

/// <summary>A model with features, its training table, and its predictions.</summary>
internal sealed class SomeServing : IDisposable
{
    internal static readonly ModelName Fraud = ModelName.Parse("fraud");

    private readonly TemporaryFolder folder = new();
    private int served;

    internal SomeServing() => Registry = new ModelRegistry(
        RegistryLocation.Open("file:" + folder.Combine("registry")), TimeProvider.System);

    internal ModelRegistry Registry { get; }

    internal MemoryPredictionStore Predictions { get; } = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    internal string PathOf(string name) => folder.Combine(name);

    /// <summary>The training table: a count from 0 to 9, an amount from 0 to 100, and other columns.</summary>
    internal string WriteTable(int rows = 4000, string name = "table.parquet")
    {
        _ = SomeJoin.Query(
            $"""
            COPY (SELECT i AS card_id, TIMESTAMP '2026-01-01' AS time, i % 2 = 0 AS label, 'x' AS note,
              i % 10 AS "card-activity.count_1d", (i * 7919 % 10007) / 100.07 AS amount,
              (i * 7919 % 10007) / 50.0 AS "card-activity.sum_1d",
              CASE WHEN i % 4 = 0 THEN NULL ELSE i % 3 END AS "card-activity.to_mean",
              CASE WHEN i % 5 = 0 THEN 'missing' ELSE 'present' END AS "card-activity_status"
              FROM range({rows}) AS t(i)) TO '{PathOf(name)}' (FORMAT parquet)
            """);
        return PathOf(name);
    }

    internal static TrainingProfile Profile(string table)
    {
        var scratch = Directory.CreateTempSubdirectory("profile-").FullName;
        try
        {
            return new TableProfile(new StepLines(TextWriter.Null)).Read([table], static _ => true, scratch, 256, Token).Profile;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    internal Task PublishAsync(TrainingProfile? profile, int version = 2) => Registry.PublishAsync(
        Fraud,
        new ModelVersion(version),
        SomeOnnx.Identity(Datatype.Fp32, -1, 4),
        new TrainingInfo { Features = SomeFeatureStore.Features, Profile = profile },
        Token);

    /// <summary>Adds predictions of the distribution of training, with changed amounts.</summary>
    internal void Serve(int predictions, Func<float, float> amount, string variant = "canary", int version = 2, bool isDropped = false)
    {
        for (var i = 0; i < predictions; i++)
        {
            var row = i * 7 % 4000;
            var shuffled = row * 7919 % 10007;
            float[] features =
            [
                row % 10, amount(shuffled / 100.07f), shuffled / 50.0f, row % 4 == 0 ? float.NaN : row % 3,
            ];
            var record = SomeRecord.Create(++served, TimeSpan.FromMilliseconds(served * 20));
            record.Variant = variant;
            record.Version = version;
            record.Inputs.Clear();
            record.Inputs.Add(SomeRecord.Floats("x", [1, 4], features));
            if (isDropped)
            {
                record.Inputs[0].Data = ByteString.Empty;
                record.Inputs[0].Omitted = "dropped";
            }

            record.Views.Add(new RecordedView
            {
                View = "card-activity",
                Version = 1,
                Sequences = { 1 },
                Statuses = { row % 5 == 0 ? RecordedStatus.Missing : RecordedStatus.Present },
            });
            Predictions.Add(record);
        }
    }

    internal Task<SkewReport> CompareAsync(SkewRequest? request = null) => SkewCommand.CompareAsync(
        Predictions, Registry, request ?? Request, new StepLines(TextWriter.Null), Token);

    internal static SkewRequest Request { get; } = new(Fraud, null, SomeRecord.Start, SomeRecord.Start.AddHours(1));
}
