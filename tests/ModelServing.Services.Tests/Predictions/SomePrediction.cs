using System.Globalization;
using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>Prediction records for tests.</summary>
internal static class SomePrediction
{
    internal static readonly DateTimeOffset Time = new(2026, 11, 28, 10, 30, 0, TimeSpan.Zero);

    /// <summary>The identifier of the request with a number.</summary>
    internal static string Id(int number) => "01ARZ3NDEK" + number.ToString("D16", CultureInfo.InvariantCulture);

    internal static RecordHead Head(string id, int attempt = 1) => new()
    {
        RequestId = id,
        Attempt = attempt,
        Time = Time,
        Model = "fraud",
        Version = 2,
        Variant = "canary",
        Status = 200,
    };

    /// <summary>A record with one input of some bytes.</summary>
    internal static byte[] Record(int number, int bytes = 100)
    {
        var writer = RecordWriter.Begin(Head(Id(number)));
        var data = new byte[bytes];
        new Random(number).NextBytes(data);
        writer.Tensor(isInput: true, new TensorHead("x", "UINT8"), [bytes], data, null);
        writer.End(new RecordTimes(default, default, TimeSpan.FromMilliseconds(1), default, TimeSpan.FromMilliseconds(2)));
        return writer.Written.ToArray();
    }
}
