using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;
using ModelServing.Registry;
using ModelServing.Services.Tests.Predictions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference.Recording;

/// <summary>What a service's metrics and log say when something goes wrong with its prediction log.</summary>
public sealed class PredictionLogFaultTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Spool => folder.Combine("spool");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_damaged_segment_is_lost_and_aside()
    {
        SomeEndedSpool.Write(Spool, records: 3);
        SomeEndedSpool.Damage(Spool, record: 1);
        await using var service = await StartAsync();
        await service.UntilMetricsMatch("""modelserving_predictions_shipped_total\S* 2\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_lost_total\{[^}]*reason="damaged"[^}]*\} 1\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_aside\S* 1\b""");
        Assert.Single(service.Log, static line => line.Message.Contains("is damaged after its record 1;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_torn_tail_is_cut_off()
    {
        SomeEndedSpool.Write(Spool, records: 3);
        SomeEndedSpool.Tear(Spool, record: 2);
        await using var service = await StartAsync();
        await service.UntilMetricsMatch("""modelserving_predictions_shipped_total\S* 2\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_torn_bytes_total\S* [1-9]\d+\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_lost_total\{[^}]*reason="damaged"[^}]*\} 0\b""");
        Assert.Single(service.Log, static line => line.Message.StartsWith("The tail of the spool", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_is_counted()
    {
        var time = new ShiftedTime();
        await using var service = await StartAsync(time);
        Assert.Equal(200, (await service.InferAsync(Input(1))).Status);
        await service.UntilMetricsMatch("""modelserving_predictions_clock_set_back_total\S* 0\b""");
        time.Shift = TimeSpan.FromMinutes(-10);
        Assert.Equal(200, (await service.InferAsync(Input(1))).Status);
        await service.UntilMetricsMatch("""modelserving_predictions_clock_set_back_total\S* 1\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_shipped_total\S* 2\b""");
        Assert.Single(service.Log, static line => line.Message.StartsWith("The clock was set back by 600 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_that_is_larger_than_a_row_becomes_objects_and_one_that_fits_nowhere_keeps_digests()
    {
        await using var service = await StartAsync();
        // Each has an input and an output of as many bytes.
        Assert.Equal(200, (await service.InferAsync(Input(200_000))).Status);
        await service.UntilMetricsMatch("""modelserving_predictions_large_tensors_total\{[^}]*kept="object"[^}]*\} 2\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_large_tensors_total\{[^}]*kept="digest"[^}]*\} 0\b""");
        Assert.Equal(200, (await service.InferAsync(Input(1_100_000))).Status);
        await service.UntilMetricsMatch("""modelserving_predictions_large_tensors_total\{[^}]*kept="digest"[^}]*\} 2\b""");
        await service.UntilMetricsMatch("""modelserving_predictions_shipped_total\S* 2\b""");
        await RunningInference.UntilAsync(
            () => Task.FromResult(
                service.Log.Any(static line => line.Message.Contains("tensors become objects", StringComparison.Ordinal))
                && service.Log.Any(static line => line.Message.Contains("only digests of their tensors", StringComparison.Ordinal))),
            "it never said so");
    }

    private static string Input(int elements) => $$"""
        {"inputs":[{"name":"x","shape":[{{elements}}],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat('1', elements))}}]}]}
        """;

    private Task<RunningInference> StartAsync(TimeProvider? time = null) => RunningInference.StartAsync(
        SomeOnnx.Reciprocal(Datatype.Fp32),
        settings => settings with
        {
            Predictions = new PredictionLogSettings { Store = HostSources.Sqlite(folder.Combine("predictions.db")), Spool = Spool },
        },
        time: time);
}
