using System.Globalization;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>Prediction records and outcomes for tests of stores.</summary>
internal static class SomePredictions
{
    internal const long Minute = 29_000_000;

    internal static readonly ModelName Fraud = ModelName.Parse("fraud");

    /// <summary>An identifier in the form of a ULID.</summary>
    internal static string Id(int number) => "01JZ" + number.ToString("D22", CultureInfo.InvariantCulture);

    internal static PredictionRecord Record(
        int number, int attempt = 1, string model = "fraud", long minute = Minute, int dataBytes = 12) =>
        new()
        {
            RequestId = Id(number),
            Attempt = attempt,
            Time = minute * 60_000_000 + number,
            Model = model,
            Version = 2,
            Variant = "canary",
            Revision = "r1",
            Trial = 1,
            Status = 200,
            Inputs =
            {
                new RecordedTensor
                {
                    Name = "amount",
                    Datatype = "UINT8",
                    Shape = { dataBytes },
                    // Every value of a byte, so that no encoding passes by luck.
                    Data = ByteString.CopyFrom([.. Enumerable.Range(number, dataBytes).Select(static at => (byte)at)]),
                },
            },
            Latency = new RecordedLatency { Read = 10, Wait = 20, Run = 30, Write = 40, Total = 100 },
        };

    internal static Outcome Outcome(int number, bool isTrue = true) => new(Id(number), OutcomeValue.FromFlag(isTrue));

    /// <summary>Puts records in as many calls as the store needs.</summary>
    internal static async Task PutAsync(
        this IPredictionStore store, IEnumerable<PredictionRecord> records, CancellationToken cancellationToken)
    {
        foreach (var batch in records.Select(SomeRecord.Stored).Chunk(store.MostRows))
            await store.PutAsync(batch, cancellationToken);
    }
}
