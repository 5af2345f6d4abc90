using ModelServing.Predictions.Records;

namespace ModelServing.Services.Tests.Predictions;

/// <summary>Prediction records as a host writes them into its spool.</summary>
internal static class SomeSpooledRecord
{
    internal static readonly DateTimeOffset Time = new(2026, 11, 28, 10, 30, 0, TimeSpan.Zero);

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
    internal static byte[] Record(int number, int bytes = 100) => Write(number, bytes).Written.ToArray();

    /// <summary>The same record in this thread's writer.</summary>
    internal static RecordWriter Write(int number, int bytes)
    {
        var writer = RecordWriter.Begin(Head(SomePredictions.Id(number)));
        var data = new byte[bytes];
        new Random(number).NextBytes(data);
        writer.Tensor(isInput: true, new TensorHead("x", "UINT8"), [bytes], data, null);
        writer.Times(new RecordTimes(default, default, TimeSpan.FromMilliseconds(1), default, TimeSpan.FromMilliseconds(2)));
        return writer;
    }
}
