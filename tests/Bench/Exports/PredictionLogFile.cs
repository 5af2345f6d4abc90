using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;
using ModelServing.Predictions.Sqlite;

namespace ModelServing.Bench.Exports;

/// <summary>A prediction log in a SQLite file, whose records have one input of random numbers, which compress badly.</summary>
internal static class PredictionLogFile
{
    internal static readonly ModelName Model = ModelName.Parse("bench");
    internal static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const int PerMinute = 1000;
    private const long MicrosecondsOfMinute = 60_000_000;

    /// <summary>The time after the last of a number of records.</summary>
    internal static DateTimeOffset EndOf(int rows) => Began.AddMinutes((rows - 1) / PerMinute + 1);

    /// <summary>Writes the file, and returns the bytes of a record.</summary>
    internal static async Task<int> WriteAsync(string path, int rows, int floats, CancellationToken cancellation)
    {
        using var store = new SqlitePredictionStore(path, PredictionLogSettings.MostRetentionDays);
        var (random, values) = (new Random(1), new float[floats]);
        var batch = new List<StoredPrediction>(store.MostRows);
        var bytes = 0;
        for (var row = 0; row < rows; row++)
        {
            foreach (ref var value in values.AsSpan())
                value = random.NextSingle();
            var record = Create(row, values);
            var written = record.ToByteArray();
            bytes = written.Length;
            batch.Add(new StoredPrediction(record.RequestId, 1, record.Model, record.Time / MicrosecondsOfMinute, written));
            if (batch.Count < store.MostRows && row < rows - 1)
                continue;
            await store.PutAsync(batch, cancellation);
            batch.Clear();
        }

        return bytes;
    }

    private static PredictionRecord Create(int row, float[] values)
    {
        var time = Began.AddMinutes(row / PerMinute).AddMilliseconds(row % PerMinute);
        return new PredictionRecord
        {
            RequestId = Ulid.NewUlid(time).ToString(),
            Attempt = 1,
            Time = time.ToUnixTimeMilliseconds() * 1000,
            Model = Model.Text,
            Version = 1,
            Variant = "stable",
            Revision = "0123456789abcdef",
            Trial = 1,
            RoutingKey = ByteString.CopyFrom(new byte[RecordWriter.HashBytes]),
            Status = 200,
            Inputs =
            {
                new RecordedTensor
                {
                    Name = "features",
                    Datatype = "FP32",
                    Shape = { 1, values.Length },
                    Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
                },
            },
            Outputs =
            {
                new RecordedTensor { Name = "probability", Datatype = "FP32", Shape = { 1, 1 }, Data = ByteString.CopyFrom(0, 0, 0, 63) },
            },
            Latency = new RecordedLatency { Read = 100, Wait = 200, Run = 3000, Write = 50, Total = 3500 },
        };
    }
}
