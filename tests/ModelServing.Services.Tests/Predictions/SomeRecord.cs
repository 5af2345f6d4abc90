using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using ModelServing.Predictions;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>Prediction records.</summary>
internal static class SomeRecord
{
    /// <summary>A time at the start of a minute.</summary>
    internal static readonly DateTimeOffset Start = new(2026, 11, 28, 10, 0, 0, TimeSpan.Zero);

    /// <summary>An answered prediction of the model <c>fraud</c>.</summary>
    /// <param name="number">Makes the identifier.</param>
    /// <param name="after">When it began after <see cref="Start"/>.</param>
    /// <param name="attempt">The attempt.</param>
    internal static PredictionRecord Create(int number = 1, TimeSpan after = default, int attempt = 1) => new()
    {
        RequestId = IdOf(number),
        Attempt = attempt,
        Time = MicrosecondsOf(Start + after),
        Model = "fraud",
        Version = 2,
        Variant = "canary",
        Revision = "0123456789abcdef",
        Trial = 3,
        RoutingKey = ByteString.CopyFrom(0xab, 0xcd),
        Status = 200,
        Inputs = { Floats("amount", [1, 1], 12.5f), Texts("country", [1, 1], "DE") },
        Outputs = { Floats("probability", [1, 1], 0.75f) },
        Latency = new RecordedLatency { Read = 100, Wait = 200, Run = 3000, Write = 50, Total = 3500 },
    };

    internal static string IdOf(int number) =>
        "01J9Z3NDEKTSV4RRFFQ" + number.ToString("0000000", System.Globalization.CultureInfo.InvariantCulture);

    internal static StoredPrediction Stored(PredictionRecord record) =>
        new(record.RequestId, record.Attempt, record.Model, record.Time / 60_000_000, record.ToByteArray());

    internal static long MicrosecondsOf(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    internal static RecordedTensor Floats(string name, long[] shape, params float[] elements) => Tensor(name, "FP32", shape, elements);

    internal static RecordedTensor Texts(string name, long[] shape, params string[] elements)
    {
        var data = new MemoryStream();
        foreach (var element in elements.Select(Encoding.UTF8.GetBytes))
        {
            data.Write(BitConverter.GetBytes(element.Length));
            data.Write(element);
        }

        return new RecordedTensor { Name = name, Datatype = "BYTES", Shape = { shape }, Data = ByteString.CopyFrom(data.ToArray()) };
    }

    internal static RecordedTensor Tensor<T>(string name, string datatype, long[] shape, params T[] elements)
        where T : unmanaged => new()
        {
            Name = name,
            Datatype = datatype,
            Shape = { shape },
            Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(elements)),
        };
}
